//! A network with programs in it: the engine, the namespaces at its ports, and who may join.

use crate::addresses::{AddressPlan, Addresses};
use crate::engine::{Attachment, Engine, Handle, Options};
use crate::error::EmulateError;
use crate::namespace::{Furnishing, Namespace};
use crate::nat;
use crate::network::{Network, PortId};
use crate::publish::{Publication, publish};
use crate::report::Report;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A network that runs, and the namespaces of its PoPs.
#[derive(Debug)]
pub struct Emulator {
    engine: Engine,
    plan: Arc<AddressPlan>,
    offload: bool,
    pops: BTreeMap<PortId, Arc<Namespace>>,
}

/// A namespace at a port. Dropping it ends its programs and frees the port.
#[derive(Debug)]
pub struct Place {
    namespace: Arc<Namespace>,
    handle: Handle,
    attachment: Attachment,
    addresses: Addresses,
}

impl Emulator {
    /// Starts the engine.
    ///
    /// # Errors
    /// When the plan's addresses are in use on the host, or the machine has no thread or file left.
    pub fn start(
        plan: AddressPlan,
        network: impl FnOnce(Arc<AddressPlan>) -> Box<dyn Network + Send>,
        options: Options,
        offload: bool,
    ) -> Result<Self, EmulateError> {
        crate::host_routes::check(&plan)?;
        let plan = Arc::new(plan);
        let network = network(plan.clone());
        let engine = Engine::start(plan.clone(), network, options)?;
        Ok(Self { engine, plan, offload, pops: BTreeMap::new() })
    }

    /// Who has which address.
    #[must_use]
    pub fn plan(&self) -> &Arc<AddressPlan> {
        &self.plan
    }

    /// What speaks to the engine.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        self.engine.handle()
    }

    /// A namespace at a terminal, for programs behind its dish.
    ///
    /// # Errors
    /// When the terminal has one, or no namespace can be made.
    pub fn terminal(&self, port: PortId) -> Result<Place, EmulateError> {
        Place::create(self.handle(), port, self.offload)
    }

    /// The namespace of a PoP's host, where servers run. Made when it is asked for first.
    ///
    /// # Errors
    /// When no namespace can be made.
    pub fn pop(&mut self, port: PortId) -> Result<Arc<Namespace>, EmulateError> {
        self.pop_with(port, None)
    }

    /// True if a PoP has its namespace.
    #[must_use]
    pub fn has_pop(&self, port: PortId) -> bool {
        self.pops.contains_key(&port)
    }

    /// Publishes a service of the host at a PoP. Its name must be an alias of the PoP in the plan.
    ///
    /// # Errors
    /// When the port is taken, or no namespace can be made.
    pub fn publish(&mut self, pop: PortId, publication: &Publication) -> Result<(), EmulateError> {
        let namespace = self.pop(pop)?;
        publish(&namespace, self.plan.addresses(pop), publication)
    }

    /// Opens the host's network to the terminals of a PoP. Asked for before anything else of that PoP.
    ///
    /// # Errors
    /// When the kernel cannot, or no namespace can be made.
    pub fn nat(&mut self, pop: PortId) -> Result<(), EmulateError> {
        let ranges = self.plan.ranges();
        let namespace = self.pop_with(pop, Some(ranges))?;
        nat::open(&namespace)?;
        self.plan.set_internet(true);
        Ok(())
    }

    /// Ends it; namespaces of PoPs end with it.
    ///
    /// # Errors
    /// When the driver could not go on.
    pub fn stop(self) -> Result<Report, EmulateError> {
        self.engine.stop()
    }

    fn pop_with(
        &mut self,
        port: PortId,
        only: Option<Vec<(std::net::IpAddr, u8)>>,
    ) -> Result<Arc<Namespace>, EmulateError> {
        if let Some(there) = self.pops.get(&port) {
            return Ok(there.clone());
        }
        let addresses = self.plan.addresses(port);
        let own = std::net::IpAddr::V4(addresses.ipv4);
        // Its own address is local already, and a route to the device would lead away from it.
        let only = only.map(|ranges| ranges.into_iter().filter(|(range, _)| *range != own).collect());
        let names = Some(self.plan.resolver(port));
        let furnishing = Furnishing { addresses, names, only, offload: self.offload };
        let (namespace, tun) = Namespace::create(&furnishing)?;
        self.handle().attach(port, tun)?;
        let namespace = Arc::new(namespace);
        self.pops.insert(port, namespace.clone());
        Ok(namespace)
    }
}

impl Place {
    fn create(handle: &Handle, port: PortId, offload: bool) -> Result<Self, EmulateError> {
        let plan = handle.plan();
        let addresses = plan.addresses(port);
        let names = Some(plan.resolver(plan.pop_of(port)));
        let (namespace, tun) = Namespace::create(&Furnishing { addresses, names, only: None, offload })?;
        let attachment = handle.attach(port, tun)?;
        Ok(Self { namespace: Arc::new(namespace), handle: handle.clone(), attachment, addresses })
    }

    /// What runs there.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// The same, for somebody who keeps it while the place is given other addresses.
    #[must_use]
    pub fn shared(&self) -> Arc<Namespace> {
        Arc::clone(&self.namespace)
    }

    /// Its addresses.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Gives it the addresses that the plan has for it now, as after a change of the PoP.
    ///
    /// # Errors
    /// When somebody inside has changed its network.
    pub fn follow_plan(&mut self) -> Result<(), EmulateError> {
        let plan = self.handle.plan();
        let port = self.attachment.port;
        let (new, names) = (plan.addresses(port), plan.resolver(plan.pop_of(port)));
        if new != self.addresses {
            self.namespace.readdress(self.addresses, new, Some(names))?;
            self.addresses = new;
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.handle.detach(self.attachment);
    }
}

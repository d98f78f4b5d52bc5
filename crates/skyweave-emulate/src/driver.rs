//! The loop between devices and the network: read what programs sent, run what is due, write what came out.
//!
//! One thread. It sleeps in the kernel (nanosecond timers, no slack) until shortly before something is due and looks at the clock from
//! there on; see [`crate::engine::Options::spin`]. Each turn takes at most [`BUDGET`] reads from a device, so that nobody who
//! floods keeps others waiting.

use crate::addresses::AddressPlan;
use crate::engine::{Attachment, Command, Handle, Options, Tun};
use crate::error::EmulateError;
use crate::forward::Forwarder;
use crate::network::{Delivery, Network, Packet, PortId};
use crate::offload::{self, Joined};
use crate::packet::{self, Header};
use crate::report::Report;
use crate::responder::{self, Response};
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

/// Most reads from one device in one turn.
const BUDGET: usize = 64;
const WAKE: u64 = u64::MAX;
const BETWEEN_ERRORS_NS: u64 = 1_000_000;
const NANOSECONDS: u64 = 1_000_000_000;

struct Port {
    tun: Tun,
    number: u64,
    joined: Joined,
    /// When the joined packets were due.
    due_ns: Vec<u64>,
    touched: bool,
}

/// The state of the driver's thread.
pub(crate) struct Driver {
    plan: Arc<AddressPlan>,
    network: Box<dyn Network + Send>,
    commands: Receiver<Command>,
    epoll: OwnedFd,
    handle: Handle,
    forwarder: Option<Forwarder>,
    ports: Vec<Option<Port>>,
    touched: Vec<PortId>,
    out: Vec<Delivery>,
    read: Vec<u8>,
    report: Report,
    start: Instant,
    spin_ns: u64,
    attached: u64,
    /// No ICMP error before then.
    next_error_ns: u64,
}

impl Driver {
    pub(crate) fn new(
        plan: Arc<AddressPlan>,
        network: Box<dyn Network + Send>,
        options: &Options,
        commands: Receiver<Command>,
        handle: Handle,
    ) -> Result<Self, EmulateError> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)
            .and_then(|epoll| {
                epoll::add(
                    &epoll,
                    handle.wake_file(),
                    epoll::EventData::new_u64(WAKE),
                    epoll::EventFlags::IN,
                )?;
                Ok(epoll)
            })
            .map_err(|error| EmulateError::system("watch files", error))?;
        Ok(Self {
            ports: plan.ports().map(|_| None).collect(),
            forwarder: options.names.map(|server| Forwarder::new(server, handle.clone())),
            spin_ns: options.spin.as_nanos() as u64,
            read: vec![0; offload::HEADER + offload::LONGEST],
            plan,
            network,
            commands,
            epoll,
            handle,
            touched: Vec::new(),
            out: Vec::new(),
            report: Report::default(),
            start: Instant::now(),
            attached: 0,
            next_error_ns: 0,
        })
    }

    /// Until it is told to stop.
    pub(crate) fn run(mut self) -> Result<Report, EmulateError> {
        // Without it the kernel may wake a thread 50 us after its time. Refused nowhere; where it is, packets are late and counted.
        let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
        let mut events = Vec::with_capacity(64);
        loop {
            self.deliver();
            self.wait(&mut events).map_err(|error| EmulateError::system("wait for packets", error))?;
            for event in events.drain(..) {
                match event.data.u64() {
                    WAKE => {
                        if self.obey() {
                            return Ok(self.reported());
                        }
                    }
                    port => self.take(PortId(port as u32)),
                }
            }
        }
    }

    fn now_ns(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    /// Sleeps until something is due soon, or a device or a command has something.
    fn wait(&self, events: &mut Vec<epoll::Event>) -> Result<(), Errno> {
        let until_ns = |due: u64| due.saturating_sub(self.now_ns()).saturating_sub(self.spin_ns);
        let sleep_ns = self.network.next_at().map(until_ns);
        if sleep_ns != Some(0) {
            let timeout = sleep_ns
                .map(|ns| Timespec { tv_sec: (ns / NANOSECONDS) as i64, tv_nsec: (ns % NANOSECONDS) as i64 });
            // `epoll_wait` counts milliseconds on older kernels; `ppoll` counts nanoseconds on all.
            match poll(&mut [PollFd::new(&self.epoll, PollFlags::IN)], timeout.as_ref()) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
        match epoll::wait(&self.epoll, spare_capacity(events), Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Does what was asked. True if it is to stop.
    fn obey(&mut self) -> bool {
        let mut counter = [0; 8];
        let _ = rustix::io::read(self.handle.wake_file(), &mut counter);
        while let Ok(command) = self.commands.try_recv() {
            match command {
                Command::Attach { port, tun, reply } => {
                    // Whoever asked and left has closed its namespace, and the device reports that by itself.
                    let _ = reply.send(self.attach(port, tun));
                }
                Command::Detach(Attachment { port, number }) => self.detach(port, Some(number)),
                Command::Inject { port, packet } => self.enter(port, &packet),
                Command::Report(reply) => {
                    let _ = reply.send(self.reported());
                }
                Command::Stop => return true,
            }
        }
        false
    }

    fn reported(&self) -> Report {
        let cpu = clock_gettime(ClockId::ThreadCPUTime);
        let cpu_ns = cpu.tv_sec as u64 * NANOSECONDS + cpu.tv_nsec as u64;
        Report { cpu_ns, wall_ns: self.now_ns(), ..self.report.clone() }
    }

    fn attach(&mut self, port: PortId, tun: Tun) -> Result<Attachment, EmulateError> {
        let name = self.plan.name(port).to_owned();
        match self.ports.get_mut(port.0 as usize) {
            Some(place @ None) => {
                let data = epoll::EventData::new_u64(u64::from(port.0));
                epoll::add(&self.epoll, &tun.file, data, epoll::EventFlags::IN)
                    .map_err(|error| EmulateError::system("watch a TUN device", error))?;
                self.attached += 1;
                let number = self.attached;
                *place =
                    Some(Port { tun, number, joined: Joined::new(), due_ns: Vec::new(), touched: false });
                Ok(Attachment { port, number })
            }
            Some(Some(_)) => Err(EmulateError::InUse { name }),
            None => Err(EmulateError::Stopped),
        }
    }

    fn detach(&mut self, port: PortId, number: Option<u64>) {
        let Some(place) = self.ports.get_mut(port.0 as usize) else { return };
        if let Some(gone) = place.take_if(|there| number.is_none_or(|number| there.number == number)) {
            // A device whose namespace is gone may have left the list already.
            let _ = epoll::delete(&self.epoll, &gone.tun.file);
        }
    }

    /// Reads what a device has, up to the budget.
    fn take(&mut self, port: PortId) {
        let mut read = std::mem::take(&mut self.read);
        for _ in 0..BUDGET {
            let Some(Some(Port { tun, .. })) = self.ports.get(port.0 as usize) else { break };
            let offload = tun.offload;
            match rustix::io::read(&tun.file, &mut read[..]) {
                Ok(length) if offload => {
                    if !offload::cut(&mut read[..length], |packet| self.enter(port, packet)) {
                        self.report.dropped.malformed += 1;
                    }
                }
                Ok(length) => self.enter(port, &read[..length]),
                Err(Errno::AGAIN | Errno::INTR) => break,
                // The namespace has ended.
                Err(_) => {
                    self.detach(port, None);
                    break;
                }
            }
        }
        self.read = read;
    }

    /// A packet from a program or a responder, if it may enter.
    fn enter(&mut self, port: PortId, bytes: &[u8]) {
        let header = match packet::check(bytes) {
            Ok(header) => header,
            Err(fault) => return self.report.dropped.count(fault),
        };
        if !self.plan.may_send_from(port, header.source) {
            self.report.dropped.spoofed += 1;
            return;
        }
        let now_ns = self.now_ns();
        let packet = bytes.to_vec();
        match self.plan.route(port, header.destination) {
            None => {
                self.report.dropped.unreachable += 1;
                self.tell_unreachable(now_ns, port, bytes, &header);
            }
            // A host and its own resolver, or another address of its network: no link is between them.
            Some(own) if own == port => self.write(Delivery { due_ns: now_ns, port, packet }),
            Some(_) => {
                self.report.entered += 1;
                self.network.send(now_ns, port, packet);
            }
        }
    }

    /// So that programs need not wait for what never comes; seldom enough that a flood gains nothing.
    fn tell_unreachable(&mut self, now_ns: u64, port: PortId, bytes: &[u8], header: &Header) {
        if now_ns < self.next_error_ns || self.ports[port.0 as usize].is_none() {
            return;
        }
        if let Some(packet) = responder::unreachable(&self.plan, port, bytes, header) {
            self.next_error_ns = now_ns + BETWEEN_ERRORS_NS;
            self.write(Delivery { due_ns: now_ns, port, packet });
        }
    }

    /// Writes what is due.
    fn deliver(&mut self) {
        let mut out = std::mem::take(&mut self.out);
        let now_ns = self.now_ns();
        self.network.poll(now_ns, &mut out);
        for delivery in out.drain(..) {
            self.write(delivery);
        }
        self.out = out;
        for port in std::mem::take(&mut self.touched) {
            self.flush(port);
        }
    }

    fn write(&mut self, Delivery { due_ns, port, packet }: Delivery) {
        let Some(Some(there)) = self.ports.get_mut(port.0 as usize) else {
            return self.respond(port, &packet);
        };
        if self.plan.is_pop(port) && responder::is_for_resolver(&self.plan, port, &packet) {
            return self.respond(port, &packet);
        }
        if !there.tun.offload {
            let written = rustix::io::write(&there.tun.file, &packet).is_ok();
            return self.account(written, packet.len() as u64, &[due_ns]);
        }
        if !there.touched {
            there.touched = true;
            self.touched.push(port);
        }
        if there.joined.push(&packet) {
            there.due_ns.push(due_ns);
            return;
        }
        self.flush(port);
        if let Some(Some(there)) = self.ports.get_mut(port.0 as usize) {
            there.joined.push(&packet);
            there.due_ns.push(due_ns);
            there.touched = true;
        }
    }

    fn flush(&mut self, port: PortId) {
        let Some(Some(there)) = self.ports.get_mut(port.0 as usize) else { return };
        there.touched = false;
        if there.joined.is_empty() {
            return;
        }
        let mut due_ns = std::mem::take(&mut there.due_ns);
        let bytes = there.joined.take();
        let length = (bytes.len() - offload::HEADER) as u64;
        let written = rustix::io::write(&there.tun.file, bytes).is_ok();
        self.account(written, length, &due_ns);
        due_ns.clear();
        if let Some(Some(there)) = self.ports.get_mut(port.0 as usize) {
            there.due_ns = due_ns;
        }
    }

    fn account(&mut self, written: bool, length: u64, due_ns: &[u64]) {
        if !written {
            self.report.dropped.undelivered += due_ns.len() as u64;
            return;
        }
        self.report.writes += 1;
        self.report.delivered += due_ns.len() as u64;
        self.report.delivered_bytes += length;
        let now_ns = self.now_ns();
        for due in due_ns {
            self.report.lateness.record(now_ns.saturating_sub(*due));
        }
    }

    /// What the network's own responders say to a packet that came out at `port`.
    fn respond(&mut self, port: PortId, bytes: &[u8]) {
        let response = packet::check(bytes)
            .map_or(Response::None, |header| responder::respond(&self.plan, port, bytes, &header));
        match (response, &self.forwarder) {
            (Response::Reply(reply), _) | (Response::Elsewhere { reply, .. }, None) => {
                self.enter(port, &reply);
            }
            (Response::Elsewhere { query, reply }, Some(forwarder)) => {
                let packet: Packet = bytes.to_vec();
                if !forwarder.ask(port, packet, query) {
                    self.enter(port, &reply);
                }
            }
            (Response::None, _) => self.report.dropped.undelivered += 1,
        }
    }
}

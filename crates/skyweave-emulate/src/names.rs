//! Names inside the network: a responder at each PoP's address, which knows what the plan knows and nothing else.

use crate::addresses::AddressPlan;
use crate::network::PortId;
use simple_dns::rdata::{A, AAAA, RData};
use simple_dns::{CLASS, OPCODE, Packet, PacketFlag, QCLASS, QTYPE, RCODE, ResourceRecord, TYPE};

/// What asking for "the PoP" is called: each terminal gets its own.
pub const POP: &str = "pop";
/// Port of the domain name system.
pub const DNS_PORT: u16 = 53;
/// A PoP may change with any slot: answers are good for as long.
const TIME_TO_LIVE_S: u32 = 15;

/// What becomes of a question.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Send this.
    Reply(Vec<u8>),
    /// Not a name of this network.
    Unknown(Vec<u8>),
    /// Not a question.
    Nothing,
}

/// Answers a question that came from `asker`.
pub(crate) fn answer(plan: &AddressPlan, asker: PortId, question: &[u8]) -> Answer {
    let Ok(query) = Packet::parse(question) else { return Answer::Nothing };
    if query.has_flags(PacketFlag::RESPONSE) {
        return Answer::Nothing;
    }
    let mut reply = Packet::new_reply(query.id());
    if query.has_flags(PacketFlag::RECURSION_DESIRED) {
        reply.set_flags(PacketFlag::RECURSION_DESIRED | PacketFlag::RECURSION_AVAILABLE);
    }
    let one = (query.questions.len() == 1).then(|| &query.questions[0]);
    let Some(asked) = one.filter(|_| query.opcode() == OPCODE::StandardQuery) else {
        *reply.rcode_mut() = RCODE::NotImplemented;
        return built(&reply).map_or(Answer::Nothing, Answer::Reply);
    };
    reply.questions.push(asked.clone());
    let name = asked.qname.to_string();
    let port = match name.trim_end_matches('.') {
        name if name.eq_ignore_ascii_case(POP) => Some(plan.pop_of(asker)),
        name => plan.port(name).ok(),
    };
    let Some(port) = port else {
        *reply.rcode_mut() = RCODE::NameError;
        return built(&reply).map_or(Answer::Nothing, Answer::Unknown);
    };
    reply.set_flags(PacketFlag::AUTHORITATIVE_ANSWER);
    let addresses = plan.addresses(port);
    let asks = |wanted: TYPE| asked.qtype == QTYPE::TYPE(wanted) || asked.qtype == QTYPE::ANY;
    let internet = matches!(asked.qclass, QCLASS::CLASS(CLASS::IN) | QCLASS::ANY);
    let mut add = |data| {
        reply.answers.push(ResourceRecord::new(asked.qname.clone(), CLASS::IN, TIME_TO_LIVE_S, data));
    };
    if internet && asks(TYPE::A) {
        add(RData::A(A { address: addresses.ipv4.into() }));
    }
    if internet && asks(TYPE::AAAA) {
        add(RData::AAAA(AAAA { address: addresses.ipv6.into() }));
    }
    built(&reply).map_or(Answer::Nothing, Answer::Reply)
}

fn built(reply: &Packet<'_>) -> Option<Vec<u8>> {
    reply.build_bytes_vec_compressed().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addresses::tests::plan;
    use proptest::prelude::*;
    use simple_dns::{Name, Question};

    fn ask(name: &str, kind: TYPE) -> Vec<u8> {
        let mut query = Packet::new_query(77);
        query.questions.push(Question::new(Name::new(name).unwrap(), kind.into(), CLASS::IN.into(), false));
        query.build_bytes_vec().unwrap()
    }

    fn first_address(answer: &Answer) -> Option<String> {
        let Answer::Reply(bytes) = answer else { return None };
        let reply = Packet::parse(bytes).unwrap();
        assert_eq!(reply.id(), 77);
        reply.answers.first().map(|record| match &record.rdata {
            RData::A(a) => std::net::Ipv4Addr::from(a.address).to_string(),
            RData::AAAA(a) => std::net::Ipv6Addr::from(a.address).to_string(),
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn names_of_the_network() {
        let plan = plan();
        let (kyiv, waw) = (plan.port("kyiv").unwrap(), plan.port("waw").unwrap());
        let asked = |name: &str, kind| first_address(&answer(&plan, kyiv, &ask(name, kind)));
        assert_eq!(asked("pop", TYPE::A).as_deref(), Some("198.18.0.1"));
        assert_eq!(asked("LVIV", TYPE::A).as_deref(), Some("100.64.0.3"));
        assert_eq!(asked("waw", TYPE::AAAA).as_deref(), Some("fd12:3456:4000::1"));
        assert_eq!(asked("waw", TYPE::MX), None);
        plan.serve(kyiv, waw);
        assert_eq!(asked("pop", TYPE::A).as_deref(), Some("198.18.1.1"));
        let Answer::Unknown(bytes) = answer(&plan, kyiv, &ask("example.org", TYPE::A)) else { panic!() };
        assert_eq!(Packet::parse(&bytes).unwrap().rcode(), RCODE::NameError);
        let reply = answer(&plan, kyiv, &bytes);
        assert_eq!(reply, Answer::Nothing, "answers are not answered");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let plan = plan();
            answer(&plan, PortId(3), &bytes);
        }
    }
}

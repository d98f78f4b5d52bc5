//! Flows that are transfers over a connection of a real transport stack.

use super::super::format::{QuicCongestion as WrittenQuic, TcpCongestion as WrittenTcp};
use super::{Checked, End, Seated};
use miette::Result;
use skyweave_io::results::FlowRow;
use skyweave_io::scenario::Prepared;
use skyweave_net::host::Host;
use skyweave_net::packet::{FlowId, HostId};
use skyweave_net::space::Space;
use skyweave_net::time::Ns;
use skyweave_net::transport::{
    Amount, Direction, End as Side, FlowResult, QuicCongestion, QuicHost, TcpCongestion, TcpHost, Transfer,
};

/// A silence as long as this ends a connection.
pub const PATIENCE: Ns = Ns::from_ms(30_000);

/// What moves the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stack {
    Tcp(TcpCongestion),
    Quic(QuicCongestion),
}

impl Stack {
    pub const fn of_tcp(written: WrittenTcp) -> Self {
        Self::Tcp(match written {
            WrittenTcp::Cubic => TcpCongestion::Cubic,
            WrittenTcp::Reno => TcpCongestion::Reno,
        })
    }

    pub const fn of_quic(written: WrittenQuic) -> Self {
        Self::Quic(match written {
            WrittenQuic::Cubic => QuicCongestion::Cubic,
            WrittenQuic::NewReno => QuicCongestion::NewReno,
            WrittenQuic::Bbr => QuicCongestion::Bbr,
        })
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp(_) => "tcp",
            Self::Quic(_) => "quic",
        }
    }

    fn hosts(self, transfer: Transfer) -> [Box<dyn Host>; 2] {
        match self {
            Self::Tcp(congestion) => [
                Box::new(TcpHost::client(transfer, congestion)),
                Box::new(TcpHost::server(transfer, congestion)),
            ],
            Self::Quic(congestion) => [
                Box::new(QuicHost::client(transfer, congestion)),
                Box::new(QuicHost::server(transfer, congestion)),
            ],
        }
    }
}

/// Puts both ends in their places. The terminal opens the connection; between two of a kind the sender does.
pub(super) fn seat(
    checked: Checked,
    space: &mut Space,
    prepared: &Prepared,
    stack: Stack,
    bytes: Option<u64>,
) -> Result<Seated> {
    let down = matches!((checked.ends.from, checked.ends.to), (End::Pop(_), End::Terminal(_)));
    let (client, server) =
        if down { (checked.ends.to, checked.ends.from) } else { (checked.ends.from, checked.ends.to) };
    let first = space.next_host();
    let hosts = [first, HostId(first.0 + 1)];
    let amount = bytes.map_or_else(|| Amount::For(checked.end.since(checked.begin)), Amount::Bytes);
    let side = |end: End, host: HostId| Side { host, address: end.ipv4(&prepared.addressing) };
    let transfer = Transfer {
        client: side(client, hosts[0]),
        server: side(server, hosts[1]),
        direction: if down { Direction::Down } else { Direction::Up },
        amount,
        begin: checked.begin,
        patience: PATIENCE,
        seed: checked.seed,
        ..Transfer::download(FlowId(checked.number), hosts, 0)
    };
    let [client_host, server_host] = stack.hosts(transfer);
    let (client_end, server_end) = (usize::from(down), usize::from(!down));
    let client = client.seat(space, checked.watched(client_host, client_end))?;
    let server = server.seat(space, checked.watched(server_host, server_end))?;
    let (from, to) = if down { (server, client) } else { (client, server) };
    Ok(Seated { checked, from, to, transfer: Some(transfer) })
}

/// What became of a transfer.
pub(super) fn result(seated: &Seated, space: &Space) -> Option<FlowResult> {
    let transfer = seated.transfer?;
    let engine = space.engine();
    let results = |host: HostId| {
        let tcp = engine.host::<TcpHost>(host).map(TcpHost::results);
        tcp.or_else(|| engine.host::<QuicHost>(host).map(QuicHost::results))
    };
    Some(FlowResult::of(&transfer, results(transfer.client.host)?, results(transfer.server.host)?))
}

/// The same, as a row says it.
pub(super) fn describe(row: &mut FlowRow, result: &FlowResult) {
    row.sent_packets = result.packets as i64;
    row.received_bytes = result.bytes as i64;
    row.retransmitted_packets = Some(result.again_packets as i64);
    row.goodput_mbps = result.goodput_bps.map(|bps| bps * 1e-6);
    row.completion_s = result.completion.map(Ns::as_s);
    if let Some(rtt) = result.rtt {
        [row.rtt_min_ms, row.rtt_p50_ms, row.rtt_p95_ms, row.rtt_max_ms] = rtt.map(|rtt| Some(rtt.as_ms()));
    }
}

"""Both ends of the conversations that stories.py listens to: `python3 roles.py ROLE ...`. Each client prints one JSON object."""

import asyncio
import json
import socket
import struct
import sys
import threading
import time

# bytes of one answer, and how often it is sent
CHUNK, EVERY_S = 1_000, 0.05
# a call: frames of 2 Mbit/s, 30 a second, and sound every 20 ms
FRAME_BYTES, FRAME_S, SOUND_BYTES, SOUND_S, PART = 8_333, 1 / 30, 200, 0.02, 1_200


def gaps(times):
    """The pauses between things that came, ms: median and longest."""
    pauses = sorted((b - a) * 1e3 for a, b in zip(times, times[1:]))
    return {"median_gap_ms": pauses[len(pauses) // 2], "longest_gap_ms": pauses[-1]} if pauses else {}


def serve_tcp(port):
    """Sends a little all the time to whoever connects."""
    listener = socket.create_server(("127.0.0.1", port))

    def serve(connection):
        try:
            while True:
                connection.sendall(b"x" * CHUNK)
                time.sleep(EVERY_S)
        except OSError:
            pass

    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


def hear_tcp(host, port, seconds):
    """Listens to one connection for a time, and then opens another."""
    began, times = time.monotonic(), []
    connection = socket.create_connection((host, port), timeout=5)
    connection.settimeout(0.5)
    while time.monotonic() - began < seconds:
        try:
            if not connection.recv(65_536):
                break
            times.append(time.monotonic())
        except TimeoutError:
            continue
        except OSError:
            break
    again = time.monotonic()
    try:
        socket.create_connection((host, port), timeout=10).recv(1)
        again_ms = (time.monotonic() - again) * 1e3
    except OSError:
        again_ms = None
    return {"heard_s": times[-1] - began, "of_s": seconds, "connecting_again_ms": again_ms, **gaps(times)}


def quic_configuration(is_client):
    from aioquic.quic.configuration import QuicConfiguration

    return QuicConfiguration(is_client=is_client, alpn_protocols=["story"], idle_timeout=60)


def serve_quic(port, certificate, key):
    from aioquic.asyncio import QuicConnectionProtocol, serve
    from aioquic.quic.events import StreamDataReceived

    class Server(QuicConnectionProtocol):
        def quic_event_received(self, event):
            if isinstance(event, StreamDataReceived) and not getattr(self, "task", None):
                self.task = asyncio.ensure_future(self.send(event.stream_id))

        async def send(self, stream):
            while True:
                self._quic.send_stream_data(stream, b"x" * CHUNK)
                self.transmit()
                await asyncio.sleep(EVERY_S)

    async def run():
        configuration = quic_configuration(False)
        configuration.load_cert_chain(certificate, key)
        await serve("127.0.0.1", port, configuration=configuration, create_protocol=Server)
        await asyncio.Event().wait()

    asyncio.run(run())


def hear_quic(host, port, seconds):
    """Listens to one connection, and says a word each second: so the server learns of a new address."""
    import ssl

    from aioquic.asyncio import QuicConnectionProtocol, connect
    from aioquic.quic.events import StreamDataReceived

    times = []

    class Client(QuicConnectionProtocol):
        def quic_event_received(self, event):
            if isinstance(event, StreamDataReceived):
                times.append(time.monotonic())

    async def run():
        configuration = quic_configuration(True)
        configuration.verify_mode = ssl.CERT_NONE
        began = time.monotonic()
        async with connect(host, port, configuration=configuration, create_protocol=Client) as client:
            stream = client._quic.get_next_available_stream_id()
            client._quic.send_stream_data(stream, b"go")
            client.transmit()
            while time.monotonic() - began < seconds:
                await asyncio.sleep(1)
                client._quic.send_ping(int(time.monotonic()))
                client.transmit()
        return {"heard_s": times[-1] - began, "of_s": seconds, **gaps(times)}

    return asyncio.run(run())


def serve_call(port):
    """Sends every datagram back."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", port))
    while True:
        data, who = server.recvfrom(2_048)
        server.sendto(data, who)


def call(host, port, seconds):
    """A video call whose other side mirrors it: what comes back, and how late."""
    address = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)[0][4]
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.settimeout(0.2)
    sent_at, back, over = {}, {}, threading.Event()

    def hear():
        while not over.is_set():
            try:
                back[struct.unpack("!I", line.recv(2_048)[:4])[0]] = time.monotonic()
            except (TimeoutError, OSError):
                pass

    def say(bytes_):
        number = len(sent_at)
        sent_at[number] = time.monotonic()
        try:
            line.sendto(struct.pack("!I", number).ljust(bytes_, b"\0"), address)
        except OSError:
            pass

    thread = threading.Thread(target=hear)
    began = time.monotonic()
    next_frame = next_sound = began
    say(SOUND_BYTES)
    thread.start()
    while (now := time.monotonic()) - began < seconds:
        if now >= next_sound:
            say(SOUND_BYTES)
            next_sound += SOUND_S
        if now >= next_frame:
            left = FRAME_BYTES
            while left > 0:
                say(min(left, PART))
                left -= PART
            next_frame += FRAME_S
        time.sleep(max(0.0, min(next_sound, next_frame) - time.monotonic()))
    time.sleep(1)
    over.set()
    thread.join()
    late = sorted((back[k] - sent_at[k]) * 1e3 for k in back if k in sent_at)
    runs, run = [0], 0
    for k in range(len(sent_at)):
        run = 0 if k in back else run + 1
        runs.append(run)
    return {
        "datagrams": len(sent_at),
        "lost_percent": 100 * (1 - len(late) / len(sent_at)),
        "longest_loss": max(runs),
        "rtt_ms_p50_p95_p99": [late[int(len(late) * q)] for q in (0.5, 0.95, 0.99)],
    }


def main():
    role, *given = sys.argv[1:]
    if role == "serve-tcp":
        serve_tcp(int(given[0]))
    elif role == "serve-quic":
        serve_quic(int(given[0]), given[1], given[2])
    elif role == "serve-call":
        serve_call(int(given[0]))
    else:
        act = {"hear-tcp": hear_tcp, "hear-quic": hear_quic, "call": call}[role]
        print(json.dumps({role: act(given[0], int(given[1]), float(given[2]))}), flush=True)


main()

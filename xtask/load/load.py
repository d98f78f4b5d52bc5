"""Loads a running network as browsers and terminals do, and says what became of it.

    python3 xtask/load/load.py [--program FILE] [--terminals 10000] [--browsers 200] [--kill]

It starts `skyweave up` with a store of its own, enters the terminals, gives each a client and a token, and lets browsers follow the stream of
slots. In every slot each terminal reports its row in a request of its own, at its own moment of the 15 s, over connections that a proxy would
keep open. With --kill the server is killed once in the middle and started again: whoever has no answer asks again. At the end everything that was
acknowledged is read back. The last line begins with `soak:`; the exit code is 1 if anything is lost. Python's standard library is enough.
"""

import argparse
import asyncio
import base64
import json
import os
import pathlib
import re
import resource
import signal
import sys
import tempfile
import time

SLOT_S = 15.0
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Connection:
    """One connection that is kept open, and opened again when it broke."""

    def __init__(self, host, port):
        self.at = (host, port)
        self.streams = None

    async def ask(self, method, path, headers=None, body=b""):
        if self.streams is None:
            self.streams = await asyncio.open_connection(*self.at)
        reader, writer = self.streams
        head = [f"{method} {path} HTTP/1.1", "host: load", f"content-length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in (headers or {}).items()]
        try:
            writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            status = int(answer[9:12])
            length = re.search(rb"content-length: (\d+)", answer, re.I)
            if length:
                content = await reader.readexactly(int(length[1]))
            else:
                content = b""
                while re.search(rb"transfer-encoding: chunked", answer, re.I):
                    size = int(await reader.readuntil(b"\r\n"), 16)
                    content += (await reader.readexactly(size + 2))[:-2]
                    if size == 0:
                        break
            if re.search(rb"connection: close", answer, re.I):
                self.close()
            return status, content, answer
        except BaseException:
            self.close()
            raise

    def close(self):
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


class Server:
    """The program, and how to reach it."""

    def __init__(self, program, folder, port):
        self.program, self.folder, self.port = program, folder, port
        self.process, self.credential, self.link = None, None, None

    async def start(self):
        began = time.monotonic()
        words = ["up", "--store", f"sqlite:{self.folder}/sky.db", "--listen", f"127.0.0.1:{self.port}"]
        log = open(f"{self.folder}/log", "ab")
        self.process = await asyncio.create_subprocess_exec(
            self.program, *words, stdout=asyncio.subprocess.PIPE, stderr=log, env={**os.environ, "NO_COLOR": "1"}
        )
        said = {}
        while line := (await self.process.stdout.readline()).decode():
            if match := re.search(r"(SKYWEAVE_CLIENT_ID|SKYWEAVE_CLIENT_SECRET)=(\S+)", line):
                said[match[1]] = match[2]
            if match := re.search(r"(/sign-in\?code=\S+)", line):
                self.link = match[1]
                break
        if self.link is None:
            sys.exit(f"the server did not start; {self.folder}/log says why")
        if said:
            self.credential = (said["SKYWEAVE_CLIENT_ID"], said["SKYWEAVE_CLIENT_SECRET"])
        asyncio.get_running_loop().create_task(self.drain())
        return time.monotonic() - began

    async def drain(self):
        while await self.process.stdout.readline():
            pass

    def connection(self):
        return Connection("127.0.0.1", self.port)

    def memory_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def processor_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def token(connection, client, secret):
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
    while True:
        status, body, _ = await connection.ask(
            "POST", "/api/auth/connect/token", headers, b"grant_type=client_credentials"
        )
        if status == 200:
            return json.loads(body)["access_token"]
        assert status == 429, body
        await asyncio.sleep(1)


class Service:
    """What an administrator does."""

    def __init__(self, server, bearer):
        self.connection, self.bearer = server.connection(), bearer

    async def post(self, path, what, kind="application/json", connection=None):
        headers = {"authorization": f"Bearer {self.bearer}", "content-type": kind}
        body = what if isinstance(what, bytes) else json.dumps(what).encode()
        while True:
            status, answer, _ = await (connection or self.connection).ask("POST", f"/api/v1/{path}", headers, body)
            if status != 429:
                assert 200 <= status < 300, answer
                return json.loads(answer) if answer else None
            await asyncio.sleep(0.5)

    async def get(self, path):
        status, answer, _ = await self.connection.ask(
            "GET", f"/api/v1/{path}", {"authorization": f"Bearer {self.bearer}"}
        )
        assert status == 200, answer
        return json.loads(answer)


class Browser:
    """Follows the stream of slots, and comes back when it breaks."""

    def __init__(self, server, cookie):
        self.server, self.cookie = server, cookie
        self.slots, self.last, self.breaks, self.late_ms = [], None, 0, []

    async def follow(self):
        while True:
            writer = None
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
                again = f"last-event-id: {self.last}\r\n" if self.last else ""
                request = f"GET /api/v1/live/events HTTP/1.1\r\nhost: load\r\ncookie: {self.cookie}\r\n{again}\r\n"
                writer.write(request.encode())
                await self.read(reader)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                if writer:
                    writer.close()
            self.breaks += 1
            await asyncio.sleep(1)

    async def read(self, reader):
        name = None
        while line := await reader.readline():
            if line.startswith(b"id: "):
                self.last = int(line[4:])
            elif line.startswith(b"event: "):
                name = line[7:].strip()
            elif line.startswith(b"data: ") and name == b"slot":
                beat = json.loads(line[6:])
                self.slots.append(beat["slot"])
                self.late_ms.append(beat["late_ms"])


class Reports:
    """What terminals report, and how long each answer took."""

    def __init__(self, server, terminals, bearers, connections):
        self.server, self.terminals, self.bearers = server, terminals, bearers
        self.idle = asyncio.Queue()
        for _ in range(connections):
            self.idle.put_nowait(server.connection())
        self.took_s, self.acknowledged, self.again, self.refused = [], set(), 0, {}
        self.down_until = 0.0

    async def report(self, number, time_ns, due):
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        row = {
            "UtcTimestampNs": time_ns,
            "DeviceId": self.terminals[number],
            "DownlinkThroughput": 87.5,
            "UplinkThroughput": 11.0,
            "PingLatencyMsAvg": 31.0,
            "PingDropRateAvg": 0.0,
            "H3CellId": "85283473fffffff",
        }
        body = json.dumps({"rows": [row]}).encode()
        headers = {"authorization": f"Bearer {self.bearers[number]}", "content-type": "application/json"}
        while True:
            began = time.monotonic()
            connection = await self.idle.get()
            try:
                status, answer, _ = await connection.ask("POST", "/api/v1/telemetry", headers, body)
            except (OSError, asyncio.IncompleteReadError):
                status = 0
            finally:
                self.idle.put_nowait(connection)
            if status == 200:
                # what waited for a server that was killed is told apart
                if began > self.down_until:
                    self.took_s.append(time.monotonic() - began)
                self.acknowledged.add((self.terminals[number], time_ns))
                return
            self.again += 1
            if status:
                self.refused[status] = self.refused.get(status, 0) + 1
            await asyncio.sleep(0.2)


async def read_back(service):
    found = set()
    while True:
        batch = await service.post("telemetry/stream", {"batchSize": 1000})
        found.update((row["DeviceId"], row["UtcTimestampNs"]) for row in batch["rows"])
        if batch["rows"]:
            await service.post("telemetry/ack", {"cursor": batch["cursor"]})
        if not batch["more"]:
            return found


async def enter(server, service, count):
    """Terminals, and a token for each."""
    organization = (await service.post("organizations", {"name": "Load"}))["id"]
    account = (await service.post("accounts", {"name": "Load", "organization": organization}))["id"]
    rows = "hardware_key\n" + "".join(f"LOAD-{number:06}\n" for number in range(count))
    await service.post(f"imports?account={account}", rows.encode(), "text/csv")
    terminals, cursor = [], ""
    while cursor is not None:
        page = await service.get(f"user-terminals?limit=1000&fields=id{cursor}")
        terminals += [one["id"] for one in page["results"]]
        cursor = f"&cursor={page['next']}" if page.get("next") else None
    bearers = [""] * count
    waiting = iter(range(count))

    async def worker():
        connection = server.connection()
        for number in waiting:
            client = await service.post(
                "clients",
                {"name": f"ut {number}", "roles": ["terminal"], "account": account, "terminal": terminals[number]},
                connection=connection,
            )
            bearers[number] = await token(connection, client["id"], client["client_secret"])
        connection.close()

    await asyncio.gather(*(worker() for _ in range(16)))
    return terminals, bearers


def share(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))] * 1e3 if values else float("nan")


async def main(options):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(options.program, folder, options.port)
        ready_s = await server.start()
        service = Service(server, await token(server.connection(), *server.credential))
        began = time.monotonic()
        terminals, bearers = await enter(server, service, options.terminals)
        print(f"{len(terminals)} terminals with a token each after {time.monotonic() - began:.0f} s")
        _, _, head = await server.connection().ask("GET", server.link)
        cookie = re.search(rb"set-cookie: ([^;]+)", head, re.I)[1].decode()
        browsers = [Browser(server, cookie) for _ in range(options.browsers)]
        following = [asyncio.create_task(browser.follow()) for browser in browsers]

        reports = Reports(server, terminals, bearers, options.connections)
        slots = max(2, round(options.seconds / SLOT_S))
        began, processor_s = time.monotonic(), server.processor_s()
        base_ns = time.time_ns()
        tasks, restart_s = [], None
        for slot in range(slots):
            start = began + slot * SLOT_S
            for number in range(options.terminals):
                # each has its own moment of the slot
                due = start + SLOT_S * number / options.terminals
                tasks.append(asyncio.create_task(reports.report(number, base_ns + int(slot * SLOT_S * 1e9), due)))
            if options.kill and slot == slots // 2:
                await asyncio.sleep(max(0.0, start + SLOT_S / 2 - time.monotonic()))
                server.process.send_signal(signal.SIGKILL)
                await server.process.wait()
                restart_s = await server.start()
                reports.down_until = time.monotonic() + 1
            await asyncio.sleep(max(0.0, start + SLOT_S - time.monotonic()))
        await asyncio.gather(*tasks)
        elapsed_s = time.monotonic() - began
        used = (server.processor_s() - (0 if options.kill else processor_s)) / elapsed_s
        memory_mb = server.memory_mb()
        found = await read_back(Service(server, await token(server.connection(), *server.credential)))
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        server.process.terminate()
        await server.process.wait()

    lost = len(reports.acknowledged - found)
    heard = [browser.slots for browser in browsers]
    whole = [slots for slots in heard if slots and slots == list(range(slots[0], slots[0] + len(slots)))]
    fewest, most = min(map(len, heard), default=0), max(map(len, heard), default=0)
    late_ms = max((late for browser in browsers for late in browser.late_ms), default=0)
    figures = {
        "reports_acknowledged": len(reports.acknowledged),
        "reports_lost": lost,
        "reports_per_s": round(len(reports.acknowledged) / elapsed_s),
        "report_p50_ms": round(share(reports.took_s, 0.5), 1),
        "report_p99_ms": round(share(reports.took_s, 0.99), 1),
        "report_max_ms": round(share(reports.took_s, 1.0), 1),
        "asked_again": reports.again,
        "refused": reports.refused,
        "browsers": len(browsers),
        "browsers_without_a_gap": len(whole),
        "slots_heard": [fewest, most],
        "slot_late_max_ms": late_ms,
        "ready_s": round(ready_s, 1),
        "restart_s": restart_s and round(restart_s, 1),
        "server_cores": round(used, 2),
        "generator_cores": round(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) / (time.monotonic() - began), 2),
        "server_memory_mb": round(memory_mb),
    }
    print(json.dumps(figures, indent=2))
    # who was away while slots began may miss those; nobody else may
    good = not lost and len(reports.acknowledged) == slots * options.terminals and fewest > 0
    good = good and (options.kill or len(whole) == len(browsers))
    print(
        f"soak: {len(reports.acknowledged)} reports of {options.terminals} terminals in {elapsed_s:.0f} s, {lost} lost, p99 "
        f"{figures['report_p99_ms']} ms; {len(browsers)} browsers, {len(whole)} without a gap"
        + (f"; killed once, back in {restart_s:.1f} s" if restart_s else "")
    )
    return 0 if good else 1


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=str(ROOT / "target/release/skyweave"))
    parser.add_argument("--terminals", type=int, default=10_000)
    parser.add_argument("--browsers", type=int, default=200)
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--port", type=int, default=18_080)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SKYWEAVE_SOAK_SECONDS", 60)))
    parser.add_argument("--kill", action="store_true", help="kill the server once, and start it again")
    return parser.parse_args()


if __name__ == "__main__":
    # a token is good for 15 minutes
    options = arguments()
    options.seconds = min(options.seconds, 600)
    sys.exit(asyncio.run(main(options)))

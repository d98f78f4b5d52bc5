"""What a shell carries, beside a bare pair of veth devices: `python3 xtask/emulation/speed.py [PROGRAM]`, as root, on a quiet machine.

Prints tables for BENCHMARKS.md. Needs iperf3, ping and ip. Leaves nothing behind.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target/release/skyweave")
SCENARIO = str(ROOT / "scenarios/quickstart.toml")
SECONDS = 8
# the bytes of a segment of 1,500 that a program sees, with time stamps
SHARE = 1448 / 1500
TICK = os.sysconf("SC_CLK_TCK")


def run(words, **more):
    return subprocess.run(words, capture_output=True, text=True, **more)


def processor_s(pid):
    """User and system time of one process, s; its children that still run are not in it."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def iperf(prefix, to, port, words, seconds=SECONDS, omit=2):
    answer = run([*prefix, "iperf3", "-c", to, "-p", str(port), "-J", "-t", str(seconds), "-O", str(omit), *words])
    try:
        report = json.loads(answer.stdout)
    except json.JSONDecodeError:
        raise SystemExit(f"iperf3 said: {answer.stdout[-400:]} {answer.stderr[-400:]}")
    if "error" in report:
        raise SystemExit(f"iperf3: {report['error']}")
    return report["end"]


class Server:
    """iperf3 listening."""

    def __init__(self, port, prefix=()):
        self.child = subprocess.Popen([*prefix, "iperf3", "-s", "-p", str(port)], stdout=subprocess.DEVNULL)
        time.sleep(0.5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()


class Network:
    """`skyweave net up`: it starts where a slot begins."""

    def __init__(self, words, terminals="kyiv,lagos"):
        command = [PROGRAM, "net", "up", SCENARIO, "--terminals", terminals, *words]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said = []
        for line in self.child.stdout:
            self.said.append(line)
            if "Ctrl-C" in line:
                break
        else:
            raise SystemExit("".join(self.said))
        self.begun = time.monotonic()

    def shell(self, terminal):
        return [PROGRAM, "shell", "-s", SCENARIO, "-t", terminal, "-q", "--"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGINT)
        rest, _ = self.child.communicate(timeout=30)
        self.said.append(rest)


def late(text):
    found = re.search(r"late.*", text)
    return found.group(0) if found else "-"


def veth():
    """The kernel's own ceiling on this machine."""
    a, b = "skyweave-speed-a", "skyweave-speed-b"
    for name in (a, b):
        run(["ip", "netns", "add", name], check=True)
    try:
        run(["ip", "link", "add", "va", "netns", a, "type", "veth", "peer", "name", "vb", "netns", b], check=True)
        for name, device, address in ((a, "va", "10.9.0.1/24"), (b, "vb", "10.9.0.2/24")):
            run(["ip", "-n", name, "addr", "add", address, "dev", device], check=True)
            run(["ip", "-n", name, "link", "set", device, "up"], check=True)
        inside = ["ip", "netns", "exec", a]
        with Server(5201, ["ip", "netns", "exec", b]):
            tcp = iperf(inside, "10.9.0.2", 5201, [])["sum_received"]["bits_per_second"]
            print(f"veth: TCP {tcp / 1e9:.2f} Gbit/s")
            for bytes_ in (64, 1500):
                end = iperf(inside, "10.9.0.2", 5201, ["-u", "-b", "0", "-l", str(bytes_ - 28)], 4, 0)["sum"]
                arrived = (end["packets"] - end["lost_packets"]) / end["seconds"]
                print(f"veth: UDP of {bytes_} bytes {arrived:,.0f} packets/s")
    finally:
        for name in (a, b):
            run(["ip", "netns", "del", name])


def planned(words):
    """Mbit/s down and up that the first slot gives Kyiv."""
    said = run([PROGRAM, "shell", "-s", SCENARIO, "-t", "kyiv", *words, "--", "true"]).stderr
    found = re.search(r"([\d.]+)/([\d.]+) Mbit/s", said)
    if not found:
        raise SystemExit(f"no rate in: {said}")
    return float(found.group(1)), float(found.group(2))


def goodput(mbps):
    words = ["--demand", f"{mbps}/{mbps}", "--no-medium-access", "--publish", "iperf:5299=127.0.0.1:5299"]
    down, _ = planned(words)
    with Server(5299), Network(words) as network:
        shell = network.shell("kyiv")
        before = processor_s(network.child.pid)
        begun = time.monotonic()
        end = iperf(shell, "iperf", 5299, ["-R"], 6, 2)
        took = time.monotonic() - begun
        used = processor_s(network.child.pid) - before
        since = time.monotonic() - network.begun
    tcp = end["sum_received"]["bits_per_second"] / 1e6
    carried = tcp * took / 1e3
    print(
        f"| {mbps} | {down:.1f} | {tcp:.1f} | {100 * tcp / (down * SHARE):.1f} % | {used / carried:.2f} | "
        f"{since:.1f} s after the slot began | {late(''.join(network.said))} |"
    )


def between(mbps):
    """From one terminal up to a satellite and down to another one."""
    words = ["--demand", f"{mbps}/{mbps}", "--no-medium-access"]
    with Network(words, "kyiv,london") as network:
        server = subprocess.Popen([*network.shell("london"), "iperf3", "-s", "-1", "-p", "5298"], stdout=subprocess.DEVNULL)
        time.sleep(1)
        end = iperf(network.shell("kyiv"), "london", 5298, [], 6, 2)
        server.wait(timeout=20)
    tcp = end["sum_received"]["bits_per_second"] / 1e6
    print(f"| {mbps}, Kyiv to London | {mbps} | {tcp:.1f} | {100 * tcp / (mbps * SHARE):.1f} % | | | {late(''.join(network.said))} |")


def sparse(mbps):
    """A ping beside a full downlink: both in one shell, so both in one terminal's queues."""
    words = ["--demand", f"{mbps}/{mbps}", "--no-medium-access", "--publish", "iperf:5299=127.0.0.1:5299"]
    script = (
        "ping -i 0.02 -c 100 -q pop; (iperf3 -c iperf -p 5299 -R -t 7 > /dev/null &) ; sleep 3; ping -i 0.02 -c 150 -q pop"
    )
    with Server(5299):
        said = run([PROGRAM, "shell", "-s", SCENARIO, "-t", "kyiv", "-q", *words, "--", "bash", "-c", script]).stdout
    idle, busy = [[float(x) for x in m.split("/")] for m in re.findall(r"= ([\d./]+) ms", said)]
    print(f"{mbps} Mbit/s: ping min/mean/max idle {idle[:3]} ms, beside a full downlink {busy[:3]} ms")


def small_packets():
    words = ["--demand", "2000/2000", "--no-medium-access", "--publish", "iperf:5299=127.0.0.1:5299"]
    for bytes_ in (64, 1500):
        with Server(5299), Network(words) as network:
            shell = network.shell("kyiv")
            before = processor_s(network.child.pid)
            begun = time.monotonic()
            end = iperf(shell, "iperf", 5299, ["-u", "-R", "-b", "0", "-l", str(bytes_ - 28)], 4, 0)["sum"]
            took = time.monotonic() - begun
            used = processor_s(network.child.pid) - before
        arrived = (end["packets"] - end["lost_packets"]) / end["seconds"]
        print(
            f"UDP of {bytes_} bytes: {arrived:,.0f} packets/s arrived of {end['packets'] / end['seconds']:,.0f}, "
            f"{used / took:.2f} cores: {arrived * took / used:,.0f} packets/s a core; {late(''.join(network.said))}"
        )


def main():
    if os.geteuid() != 0:
        raise SystemExit("namespaces for the comparison need root")
    if "--no-veth" not in sys.argv:
        veth()
    print("\n| asked, Mbit/s | planned | TCP goodput | of planned x 1448/1500 | processor s per Gbit | | lateness |")
    print("|---:|---:|---:|---:|---:|---|---|")
    for mbps in (100, 300, 1000):
        goodput(mbps)
    for mbps in (100, 300, 1000):
        between(mbps)
    print()
    for mbps in (100, 300, 1000):
        sparse(mbps)
    print()
    small_packets()


main()

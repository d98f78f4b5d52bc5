"""What real programs see through handovers, a change of the PoP and failing gateways.

`python3 xtask/emulation/stories.py [PROGRAM] [--picture FILE.svg] [STORY...]`, as a user who may make namespaces. Stories: handovers, pop-change,
blackout. Needs ping, curl and tcpdump; ssh and sshd, and Python's aioquic where they are to take part. Every line says what was seen.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORDS = sys.argv[1:]
PICTURE = WORDS.pop(WORDS.index("--picture") + 1) if "--picture" in WORDS else None
WORDS = [word for word in WORDS if word != "--picture"]
NAMES = ("handovers", "pop-change", "blackout")
CHOSEN = [word for word in WORDS if word in NAMES] or list(NAMES)
PROGRAM = next((word for word in WORDS if word not in NAMES), str(ROOT / "target/release/skyweave"))
ROLES = str(HERE / "roles.py")
SECONDS = 75
TCP, CALL, QUIC, WEB, SSH = 5301, 5302, 5303, 5304, 5305


class Servers:
    """What the stories talk to, on this host's loopback."""

    def __init__(self, folder):
        self.folder, self.children = folder, []
        with open(f"{folder}/big", "wb") as big:
            big.write(os.urandom(1 << 20) * 24)
        self.start("python3", ROLES, "serve-tcp", str(TCP))
        self.start("python3", ROLES, "serve-call", str(CALL))
        self.start("python3", "-m", "http.server", str(WEB), "-b", "127.0.0.1", "-d", folder)
        self.quic = has_aioquic()
        if self.quic:
            command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj /CN=story"
            run(command.split(), cwd=folder)
            self.start("python3", ROLES, "serve-quic", str(QUIC), f"{folder}/cert", f"{folder}/key")
        sshd = shutil.which("sshd") or "/usr/sbin/sshd"
        self.ssh = os.path.exists(sshd) and shutil.which("ssh") is not None
        if self.ssh:
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/host"])
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/user"])
            shutil.copy(f"{folder}/user.pub", f"{folder}/keys")
            os.makedirs("/run/sshd", exist_ok=True)
            self.start(
                sshd, "-D", "-f", "/dev/null", "-p", str(SSH), "-o", "ListenAddress=127.0.0.1", "-h", f"{folder}/host",
                "-o", f"AuthorizedKeysFile={folder}/keys", "-o", "StrictModes=no", "-o", "PidFile=none",
            )
        time.sleep(1.5)

    def start(self, *words):
        self.children.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.terminate()
            child.wait()


def run(words, **more):
    return subprocess.run(words, capture_output=True, text=True, **more)


def has_aioquic():
    return run(["python3", "-c", "import aioquic"]).returncode == 0


def publish(name, port, pop=""):
    return ["--publish", f"{name}{pop}:{port}=127.0.0.1:{port}"]


def handovers(servers):
    """Programs side by side in one shell, over several slots."""
    folder = servers.folder
    script = [
        f"tcpdump -Z root -i sky0 -U -w {folder}/pings.pcap -s 128 icmp 2>/dev/null & dump=$!",
        f"ping -D -i 0.05 -c {SECONDS * 20} pop > {folder}/pings &",
        f"(curl -s --limit-rate 300k -o {folder}/got -w '%{{http_code}} %{{size_download}} %{{time_total}}' http://web:{WEB}/big > {folder}/curl) &",
        f"python3 {ROLES} call mirror {CALL} {SECONDS} > {folder}/call &",
        f"python3 {ROLES} hear-tcp stream {TCP} {SECONDS} > {folder}/tcp &",
    ]
    services = [*publish("web", WEB), *publish("mirror", CALL), *publish("stream", TCP)]
    if servers.quic:
        script.append(f"python3 {ROLES} hear-quic quic {QUIC} {SECONDS} > {folder}/quic &")
        services += publish("quic", QUIC)
    if servers.ssh:
        options = f"-p {SSH} -i {folder}/user -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes"
        remote = f"for i in $(seq {SECONDS * 5}); do date +%s.%N; sleep 0.2; done"
        script.append(f"(ssh -q {options} root@shell '{remote}' > {folder}/ssh; echo \"ended $?\" >> {folder}/ssh) &")
        services += publish("shell", SSH)
    script.append("others=$(jobs -p | grep -vx $dump); wait $others; sleep 1; kill $dump; wait")
    said = shell("scenarios/quickstart.toml", services, "\n".join(script))
    print("handovers:", said)
    read = lambda name: pathlib.Path(folder, name).read_text().strip()
    status, size, took = read("curl").split()
    same = pathlib.Path(folder, "got").read_bytes() == pathlib.Path(folder, "big").read_bytes()
    print(f"  curl: HTTP {status}, {int(size) / 1e6:.1f} MB in {float(took):.1f} s, {'the same bytes' if same else 'OTHER BYTES'}")
    for name in ("call", "tcp", "quic"):
        if os.path.exists(f"{folder}/{name}"):
            print("  " + read(name))
    if servers.ssh:
        lines = read("ssh").split("\n")
        print(f"  ssh: {len(lines) - 1} of {SECONDS * 5} lines, {lines[-1]}")
    pings = [(float(at), float(rtt)) for at, rtt in re.findall(r"\[([\d.]+)\].*time=([\d.]+)", read("pings"))]
    pings = [(at - pings[0][0], rtt) for at, rtt in pings]
    steps(pings)
    if PICTURE:
        draw(pings, PICTURE)
    count = run(["tcpdump", "-r", f"{folder}/pings.pcap", "-n"]).stdout.count("\n")
    print(f"  pcap: {count} packets")


def steps(pings):
    """Medians of 15 s each; slots change within them, as long before their ends as the first ping came after the shell's first slot began."""
    slots = {}
    for at, rtt in pings:
        slots.setdefault(int(at // 15), []).append(rtt)
    medians = [sorted(rtts)[len(rtts) // 2] for rtts in slots.values()]
    print(f"  ping: {len(pings)} of {SECONDS * 20} answered, medians by 15 s: {', '.join(f'{m:.1f}' for m in medians)} ms")


def draw(pings, path):
    """Round trips over time."""
    width, height, top = 900, 300, max(80.0, sorted(t for _, t in pings)[int(len(pings) * 0.995)])
    x = lambda s: 50 + s * (width - 60) / SECONDS
    y = lambda t: height - 35 - min(t, top) * (height - 55) / top
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for t in range(0, int(top) + 1, 20):
        parts.append(f'<path d="M50 {y(t):.1f}H{width - 10}" stroke="#ddd"/><text x="44" y="{y(t) + 4:.1f}" text-anchor="end">{t}</text>')
    for s in range(0, SECONDS + 1, 15):
        parts.append(f'<path d="M{x(s):.1f} 20V{height - 35}" stroke="#ddd"/><text x="{x(s):.1f}" y="{height - 18}" text-anchor="middle">{s}</text>')
    dots = "".join(f"M{x(at):.1f} {y(t):.1f}h0" for at, t in pings)
    parts.append(f'<path d="{dots}" stroke="#1f5fa8" stroke-width="3" stroke-linecap="round" fill="none"/>')
    parts.append(f'<text x="{width / 2}" y="{height - 3}" text-anchor="middle">seconds since the first ping; a slot is 15 s</text>')
    parts.append('<text x="50" y="14">round trip from Kyiv to its PoP, ms</text></svg>\n')
    pathlib.Path(path).write_text("\n".join(parts))


def pop_change(servers):
    """The home PoP fails 30 s after the begin; the server is behind another one. TCP and QUIC side by side."""
    folder = servers.folder
    events = '[{at="+30s",label="Warsaw fails",fail={pops=["wrswpol1"]}}]'
    services = publish("stream", TCP, "@frntdeu1") + publish("quic", QUIC, "@frntdeu1")
    script = [f"python3 {ROLES} hear-tcp stream {TCP} 60 > {folder}/tcp2 &"]
    if servers.quic:
        script.append(f"python3 {ROLES} hear-quic quic {QUIC} 60 > {folder}/quic2 &")
    script.append("ip -4 -o addr show dev sky0; wait; ip -4 -o addr show dev sky0")
    said = shell("scenarios/quickstart.toml", [*services, "--set", f"events={events}"], "\n".join(script))
    print("pop-change:", said)
    for name in ("tcp2", "quic2"):
        if os.path.exists(f"{folder}/{name}"):
            print("  " + pathlib.Path(folder, name).read_text().strip())


def blackout(servers):
    """The acts of scenarios/kyiv-blackout.toml half a minute apart."""
    events = (
        '[{at="+30s",label="power",demand={area={country="UKR"},factor=4.0,dark_share=0.3}},'
        '{at="+60s",label="inside",fail={gateways=["Bila Tserkva (hypothetical)"],pops=["kyivukr1"]}},'
        '{at="+90s",label="1,200 km",fail={area={within={latitude_deg=50.45,longitude_deg=30.52,radius_km=1200}}}}]'
    )
    # the name is asked anew each time, as the address of the PoP changes
    script = (
        "for i in $(seq 110); do a=$(ip -4 -o addr show dev sky0 | awk '{print $4}'); "
        "echo $(date +%s.%N) $a $(ping -c 1 -W 0.9 pop | grep -o 'time=[0-9.]*'); sleep 0.95; done"
    )
    said = shell("scenarios/kyiv-blackout.toml", ["--set", f"events={events}"], script, keep=True)
    rows = [line.split() for line in said.split("\n") if re.match(r"^1\d{9}\.", line)]
    print("blackout:", " ".join(line for line in said.split("\n") if line and not re.match(r"^1\d{9}\.", line)))
    begun = float(rows[0][0])
    for act in range(4):
        within = [row for row in rows if act * 30 <= float(row[0]) - begun < act * 30 + 30]
        times = sorted(float(row[2][5:]) for row in within if len(row) > 2)
        addresses = list(dict.fromkeys(row[1] for row in within if len(row) > 1))
        middle = f"{times[len(times) // 2]:.1f} ms" if times else "-"
        print(f"  act {act}: {len(times)} of {len(within)} pings answered, median {middle}, addresses {', '.join(addresses)}")


def shell(scenario, words, script, keep=False):
    command = [PROGRAM, "shell", "-s", str(ROOT / scenario), "-t", "kyiv", *words, "--", "bash", "-c", script]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = done.stdout.strip()
    return text if keep else text.replace("\n", "\n  ")


def main():
    # whoever is nobody inside a namespace has to reach it
    folder = tempfile.mkdtemp(dir="/dev/shm")
    try:
        with Servers(folder) as servers:
            for story in CHOSEN:
                {"handovers": handovers, "pop-change": pop_change, "blackout": blackout}[story](servers)
    finally:
        shutil.rmtree(folder)


main()

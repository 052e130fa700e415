"""Access control in a Wakaama client, seen from two servers and a Bootstrap-Server.

All are Wakaama's own programs, on the loopback interface; see CMakeLists.txt.
"""

import os
import re
import socket

import pexpect
import pytest

TIMEOUT = 10


def program(name):
    path = os.environ.get(name)
    assert path, f"{name} is not set: see tests/wakaama/CMakeLists.txt"
    return path


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One of Wakaama's servers, and what it asks of the only client."""

    def __init__(self):
        self.port = free_port()
        self.process = pexpect.spawn(program("WAKAAMA_SERVER"), ["-4", "-l", str(self.port)],
                                     encoding="utf8", timeout=TIMEOUT)

    def wait_for_client(self):
        self.process.expect("New client #[0-9]+ registered")

    def ask(self, verb, path, *values):
        """Returns the code of the answer and what came with it.

        Wakaama's server takes 4.01 for a sign to try again, several times, before it
        tells; so that is read from the packets that it prints.
        """
        command = " ".join([verb, "0", path, *map(str, values)])
        self.process.sendline(command)
        self.process.expect_exact(command)
        byte = "([0-9A-F]{2}) +"
        self.process.expect(r"Sending [0-9]+ bytes to [^\r]*\r+\n" + 4 * byte)
        message = f"{self.process.match[3]} +{self.process.match[4]} "
        answers = [rf"\n6[0-9A-F] +81 +{message}"]
        if verb == "observe":
            answers.append(rf"Notify from client #0 {path}/? number 0\r+\n")
        answer = self.process.expect([
                *answers,
                rf"Client #0 {path}(?:/[0-9]*)? : ([0-9])\.([0-9]+) \(COAP_[0-9A-Z_]+\)\r+\n"
                r"((?s:.*?))\r\n\r*\n?> "])
        if answer < len(answers):
            return ("4.01", "2.05")[answer], ""
        code = f"{self.process.match[1]}.{self.process.match[2]}"
        return code, self.process.match[3]

    def code(self, verb, path, *values):
        return self.ask(verb, path, *values)[0]

    def notifications(self, wait=2):
        """How many notifications come within some seconds."""
        count = 0
        while self.process.expect([r"Notify from client #0 /[0-9/]* number [0-9]+",
                                   pexpect.TIMEOUT], timeout=wait) == 0:
            count += 1
        return count

    def quit(self):
        self.process.sendline("q")
        self.process.expect(pexpect.EOF)


class BootstrapServer:
    def __init__(self, folder, deletes, ports):
        self.port = free_port()
        lines = []
        for ssid, port in ports.items():
            lines += ["", "[Server]", f"id={ssid}", f"uri=coap://127.0.0.1:{port}", "bootstrap=no",
                      "lifetime=300", "security=NoSec"]
        lines += ["", "[Endpoint]", *[f"Delete={path}" for path in deletes],
                  *[f"Server={ssid}" for ssid in ports],
                  # A section counts only if another one follows.
                  "", "[Endpoint]", "Name=nobody", ""]
        file = folder / "bootstrap.ini"
        file.write_text("\n".join(lines) + "\n")
        self.process = pexpect.spawn(program("WAKAAMA_BOOTSTRAP_SERVER"),
                                     ["-4", "-l", str(self.port), "-f", str(file)],
                                     encoding="utf8", timeout=TIMEOUT)
        self.process.expect(">")

    def quit(self):
        self.process.sendline("q")
        self.process.expect(pexpect.EOF)


class Client:
    def __init__(self, file, *accounts):
        self.process = pexpect.spawn(program("WAKAAMA_CLIENT"),
                                     [str(free_port()), str(file), *accounts],
                                     encoding="utf8", timeout=TIMEOUT, echo=False)
        self.process.expect("ready")

    def command(self, line, expected=0):
        self.process.sendline(line)
        self.process.expect(r"done: (-?[0-9]+)")
        assert int(self.process.match[1]) == expected, line
        return self.process.before

    def rights(self):
        """What Object 2 says of each target: its owner, and the entries."""
        found = {}
        for line in re.finditer(r"/2/[0-9]+ (/[0-9]+/[0-9]+) owner ([0-9]+):(.*)",
                                self.command("show")):
            entries = dict(map(int, pair.split("=")) for pair in line[3].split())
            found[line[1]] = (int(line[2]), entries)
        return found

    def quit(self):
        self.process.sendline("quit")
        self.process.expect(pexpect.EOF)
        self.process.close()
        assert self.process.exitstatus == 0, "the client did not end well"


@pytest.fixture
def device(tmp_path):
    """Two servers, and a client with an account for each."""
    servers = {1: Server(), 2: Server()}
    client = Client(tmp_path / "rights",
                    *[f"{ssid}=coap://127.0.0.1:{server.port}" for ssid, server in servers.items()])
    for server in servers.values():
        server.wait_for_client()
    yield client, servers[1], servers[2]
    client.quit()
    for server in servers.values():
        server.quit()


READ, WRITE, EXECUTE, DELETE, CREATE = 1, 2, 4, 8, 16
NEW = 65535
OPERATIONS = [
    # verb, path, values, the right, what is answered to those who have it
    ("read", "/1234/0/0", [], READ, "2.05"),
    ("read", "/1234/0", [], READ, "2.05"),
    ("observe", "/1234/0/0", [], READ, "2.05"),
    ("time", "/1234/0/0", [1, 5], READ, "2.04"),
    ("write", "/1234/0/0", [5], WRITE, "2.04"),
    ("exec", "/1234/0/1", [], EXECUTE, "2.04"),
    ("del", "/1234/0", [], DELETE, "2.02"),
]


@pytest.mark.parametrize("verb,path,values,right,answer", OPERATIONS)
def test_each_right_is_needed_and_enough(device, verb, path, values, right, answer):
    client, one, two = device
    client.command(f"grant 1234 0 1 {right}")
    client.command(f"grant 1234 0 2 {15 - right}")
    assert two.code(verb, path, *values) == "4.01"
    assert one.code(verb, path, *values) == answer


def test_what_nobody_was_granted_is_denied(device):
    _, one, _ = device
    assert one.code("read", "/1234/0/0") == "4.01"
    assert one.code("read", "/3/0/0") == "4.01"


def test_discover_is_open_but_for_keys(device):
    _, one, _ = device
    assert one.code("disc", "/1234/0") == "2.05"
    assert one.code("disc", "/0") == "4.01"
    assert one.code("read", "/0/0/10") == "4.01"


def test_create_needs_a_right_of_its_own_and_gives_ownership(device):
    client, one, two = device
    client.command(f"grant 1234 {NEW} 0 {CREATE}")
    client.command(f"grant 1234 {NEW} 1 {CREATE}")
    json = '[{"bn":"/1234/2/0","v":7}]'
    assert two.code("create", "/1234", json) == "4.01"
    assert one.code("create", "/1234", json) == "2.01"
    owner, entries = client.rights()["/1234/2"]
    assert (owner, entries) == (1, {1: READ | WRITE | EXECUTE | DELETE})
    assert one.code("del", "/1234/2") == "2.02"
    assert "/1234/2" not in client.rights()


def test_reading_an_object_returns_what_may_be_read(device):
    client, one, two = device
    client.command(f"grant 1234 1 1 {READ}")
    code, content = one.ask("read", "/1234")
    assert code == "2.05"
    assert "11" in content and "10" not in content.split("received")[-1]
    # What was left out is there as before.
    client.command(f"grant 1234 0 2 {READ}")
    code, content = two.ask("read", "/1234/0/0")
    assert code == "2.05" and "10" in content


def test_only_readers_are_notified(device):
    client, one, two = device
    for ssid in (1, 2):
        client.command(f"grant 1234 0 {ssid} {READ}")
    for server in (one, two):
        assert server.code("observe", "/1234/0/0") == "2.05"
    client.command("set 1234 0 20")
    assert one.notifications() == 1
    assert two.notifications() == 1
    client.command("grant 1234 0 2 0")
    client.command("set 1234 0 21")
    assert one.notifications() == 1
    assert two.notifications() == 0
    client.command(f"grant 1234 0 2 {READ}")
    client.command("set 1234 0 22")
    assert two.notifications() > 0, "the observation itself was not to end"


def test_notifications_of_an_object_tell_each_what_it_may_read(device):
    client, one, two = device
    client.command(f"grant 1234 0 1 {READ}")
    client.command(f"grant 1234 1 2 {READ}")
    for server in (one, two):
        assert server.code("observe", "/1234") == "2.05"
    client.command("set 1234 0 77")
    one.process.expect(r"Notify from client #0 /1234 number [0-9]+(?s:(.*?))> ")
    assert "77" in one.process.match[1]
    two.process.expect(r"Notify from client #0 /1234 number [0-9]+(?s:(.*?))> ")
    assert "77" not in two.process.match[1]


def test_send_goes_to_readers(device):
    client, _, _ = device
    client.command(f"grant 1234 0 1 {READ}")
    client.command("send 1 1234 0")
    client.command("send 2 1234 0", expected=0x81)


def test_owner_edits_the_acl_and_nobody_else(device):
    client, one, two = device
    client.command("owner 1234 0 1")
    iid = 0
    assert two.code("write", f"/2/{iid}/2", '[{"bn":"/2/0/2/2","v":1}]') == "4.01"
    assert two.code("read", f"/2/{iid}") == "2.05", "rights can be read by all"
    assert two.code("read", "/1234/0/0") == "4.01"
    assert one.code("update", f"/2/{iid}/2", '[{"bn":"/2/0/2/2","v":1}]') == "2.04"
    assert client.rights()["/1234/0"] == (1, {2: READ})
    assert two.code("read", "/1234/0/0") == "2.05"
    # Not for a server without an account, not beyond the five rights, no other target.
    before = client.rights()
    assert one.code("update", f"/2/{iid}/2", '[{"bn":"/2/0/2/9","v":1}]') == "4.00"
    assert one.code("update", f"/2/{iid}/2", '[{"bn":"/2/0/2/2","v":32}]') == "4.00"
    assert one.code("write", f"/2/{iid}/1", 1) == "4.05"
    assert one.code("del", f"/2/{iid}") == "4.01"
    assert client.rights() == before


def test_restart(device, tmp_path):
    client, one, two = device
    client.command(f"grant 1234 0 1 {READ}")
    client.command("owner 1234 1 2")
    client.command("persist")
    before = client.rights()
    client.quit()
    again = Client(tmp_path / "rights", f"1=coap://127.0.0.1:{one.port}",
                   f"2=coap://127.0.0.1:{two.port}")
    again.command("restore")
    assert again.rights() == before
    again.quit()
    # What the fixture ends is the last one.
    client.process = pexpect.spawn("true")
    client.quit = lambda: None


def test_single_account(tmp_path):
    server = Server()
    client = Client(tmp_path / "rights", f"1=coap://127.0.0.1:{server.port}")
    server.wait_for_client()
    assert server.code("read", "/1234/0/0") == "2.05"
    assert server.code("read", "/0/0/10") == "4.01"
    client.quit()
    server.quit()


def test_instances_of_the_application(device):
    client, _, _ = device
    client.command(f"grant 1234 0 1 {READ}")
    client.command("remove 1234 0")
    assert "/1234/0" not in client.rights()
    client.command(f"grant 1234 0 1 {READ}", expected=-5)


def test_bootstrap_removes_an_account(tmp_path):
    one, two = Server(), Server()
    bootstrap = BootstrapServer(tmp_path, ["/0", "/1"], {1: one.port})
    accounts = [f"1=coap://127.0.0.1:{one.port}", f"2=coap://127.0.0.1:{two.port}"]
    client = Client(tmp_path / "rights", *accounts)
    one.wait_for_client()
    client.command(f"grant 1234 0 1 {READ}")
    client.command(f"grant 1234 0 2 {READ}")
    client.command("owner 1234 0 2")
    client.command("owner 1234 1 2")
    client.command("persist")
    client.quit()
    # It comes back without servers, and asks for them.
    client = Client(tmp_path / "rights", f"bs=coap://127.0.0.1:{bootstrap.port}")
    client.command("restore")
    one.wait_for_client()
    assert client.rights() == {"/1234/0": (1, {1: READ})}
    # Nobody could reach the other Instance.
    assert one.code("read", "/1234/1/0") == "4.04"
    client.quit()
    for process in (one, two, bootstrap):
        process.quit()

"""The background's real path over the generated bindings: open, sync_once with a deadline, callbacks, the live line.

background.py BINDINGS HOME: BINDINGS holds ekitei.py and its library; HOME is an enrolled phone with something to send.
"""

import hashlib
import hmac
import os
import pathlib
import queue
import sys

sys.path.insert(0, sys.argv[1])
import ekitei  # noqa: E402  (generated)

HOME = pathlib.Path(sys.argv[2])
NEVER_S = 120
checks = 0


def check(truth, what):
    global checks
    if not truth:
        raise AssertionError(what)
    checks += 1


class Keystore(ekitei.KeystoreCallback):
    """A secret of the test in place of Android's."""

    def __init__(self, secret):
        self.secret = secret
        self.asked = []

    def describe(self):
        return "test"

    def hmac(self, purpose):
        self.asked.append(purpose)
        if self.secret is None:
            raise ekitei.KeystoreError.Unavailable("locked")
        return hmac.new(self.secret, purpose.encode(), hashlib.sha256).digest()


class Delivery(ekitei.DeliveryCallback):
    def __init__(self):
        self.steps = []
        self.events = queue.Queue()

    def progressed(self, waiting):
        self.steps.append(waiting.items)

    def live(self, event):
        self.events.put(event)

    def until(self, kind):
        while True:
            event = self.events.get(timeout=NEVER_S)
            if isinstance(event, kind):
                return event


def fault_of(call):
    try:
        call()
    except ekitei.EkiteiError.Fault as fault:
        return fault.code
    return None


# A key store that gives no key now is a fault with its code, not a broken installation.
check(fault_of(lambda: ekitei.EkiteiBackground.open(str(HOME), Keystore(None))) == "keystore-unavailable", "no key")

# A new installation, keyed by the callback alone.
fresh = HOME.parent / "fresh"
keystore = Keystore(b"k" * 32)
background = ekitei.EkiteiBackground.open(str(fresh), keystore)
check("queue.db" in keystore.asked and not any(p.startswith("vault") for p in keystore.asked), keystore.asked)
check(background.waiting().items == 0, "nothing waits")
check(fault_of(lambda: background.sync_once(1000, Delivery())) == "not-enrolled", "not enrolled")
check(not (fresh / "vault.db").exists(), "a vault was made")
# Another secret cannot read it: the file is set aside, never deleted.
ekitei.EkiteiBackground.open(str(fresh), Keystore(b"x" * 32))
check(any("queue.db." in p.name or "queue-" in p.name or "aside" in p.name for p in fresh.iterdir()), sorted(fresh.iterdir()))


class FileKeystore(ekitei.KeystoreCallback):
    """The enrolled phone's own development key, handed over as Android would its keys."""

    def __init__(self, keys):
        self.keys = keys

    def describe(self):
        return "file"

    def hmac(self, purpose):
        return self.keys[purpose]


keys = {name: bytes.fromhex(value) for name, value in (line.split("=") for line in sys.argv[3:])}
background = ekitei.EkiteiBackground.open(str(HOME), FileKeystore(keys))
before = background.waiting()
check(before.items > 0 and before.since_ms is not None, before)
delivery = Delivery()
report = background.sync_once(60_000, delivery)
check(report.drained and report.fault_code is None, report)
check(report.sent >= before.items and report.waiting.items == 0, report)
check(delivery.steps and min(delivery.steps) == 0, delivery.steps)
line = background.live(1_800_000, delivery)
delivery.until(ekitei.LiveEvent.CONNECTED)
line.ping()
check(delivery.until(ekitei.LiveEvent.KEPT).silent_ms >= 0, "kept")
line.close_line()
print(f"ekitei {ekitei.core_version()}: {checks} checks", flush=True)
# Threads of the core may still call while the interpreter takes itself apart; a phone's process just ends, too.
os._exit(0)

"""hs_runner as a process: one JSON line for each connection, and the port that it chose."""
import json
import os
import subprocess

PROGRAM = os.path.join(os.environ.get("BUILD", "build"), "test", "hs_runner")


class Runner:
    def __init__(self, role, *args):
        self.process = subprocess.Popen([PROGRAM, role, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = self.line()["listening"] if role == "server" else None

    def line(self):
        text = self.process.stdout.readline()
        assert text, self.process.stderr.read()
        return json.loads(text)

    def closed(self):
        """What is told of the next connection that is over."""
        line = self.line()
        while line["event"] != "closed":
            line = self.line()
        return line

    def command(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def stop(self):
        """Ends it; a report of a sanitizer fails the test."""
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.terminate()
        self.process.wait(60)
        err = self.process.stderr.read()
        assert "Sanitizer" not in err and "runtime error" not in err, err

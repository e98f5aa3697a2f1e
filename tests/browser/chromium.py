# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, driven over its debugging pipe: nothing but Python."""
import base64
import json
import os
import subprocess
import tempfile


class Chromium:
    """Opens pages as a reader would: any width, screen or print, light or dark."""

    def __init__(self):
        self.home = tempfile.TemporaryDirectory()
        command_read, self.command = os.pipe()
        self.answer, answer_write = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4.
        script = f'exec chromium "$@" 3<&{command_read} 4>&{answer_write}'
        self.process = subprocess.Popen(
            ["sh", "-c", script, "sh", "--headless", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--hide-scrollbars",
             f"--user-data-dir={self.home.name}", "--remote-debugging-pipe"],
            pass_fds=(command_read, answer_write),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(command_read)
        os.close(answer_write)
        self.answers = os.fdopen(self.answer, "rb", buffering=0)
        self.rest = b""
        self.number = 0
        self.requests = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "DOM", "CSS"):
            self.call(f"{domain}.enable")

    def read(self):
        while b"\0" not in self.rest:
            part = self.answers.read(65536)
            if not part:
                raise RuntimeError("chromium ended")
            self.rest += part
        message, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(message)
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        return message

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.command, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def look(self, width, media="screen", scheme="light"):
        """What the reader's screen is like."""
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def open(self, path):
        self.requests = []
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        while self.read().get("method") != "Page.loadEventFired":
            pass
        self.ask("document.fonts.ready.then(() => true)")
        return self.requests

    def ask(self, expression):
        """The value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def fonts(self):
        """Names of the fonts that the text was drawn with."""
        document = self.call("DOM.getDocument")["root"]["nodeId"]
        nodes = self.call("DOM.querySelectorAll", nodeId=document,
                          selector="body *")["nodeIds"]
        names = set()
        for node in nodes:
            used = self.call("CSS.getPlatformFontsForNode", nodeId=node)
            names.update(font["familyName"] for font in used["fonts"])
        return names

    def picture(self, path):
        picture = self.call("Page.captureScreenshot",
                            captureBeyondViewport=True)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture))

    def whole_picture(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        picture = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                            clip={"x": 0, "y": 0, "width": size["width"],
                                  "height": size["height"], "scale": 1})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture))

    def accessible(self):
        """Roles and names, as a screen reader is told them."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node.get("role", {}).get("value"),
                 node.get("name", {}).get("value", ""))
                for node in nodes if not node.get("ignored")]

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.command)
        self.answers.close()
        self.home.cleanup()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says how much flash, memory and stack the firmware takes; fails where that is
more than its budget.

    budget.py ELF OBJECTS_FOLDER

The deepest stack is found from the compiler's call graph (-fcallgraph-info=su);
for library functions, which have none, from their code. Calls through pointers
are resolved by the table below: whoever adds one adds a line.
"""
import pathlib
import re
import subprocess
import sys

BUDGET = {"flash": 64 * 1024, "RAM": 224 * 1024, "stack": 6 * 1024}

# A file, or one function of it: whom it may call through pointers.
FLASH = ["flash_chip.c:area_read", "flash_chip.c:area_program",
         "flash_chip.c:area_erase"]
STANDARD = [f"usb_control.c:{name}" for name in (
    "get_status", "get_interface_status", "get_endpoint_status", "set_halt",
    "set_address", "get_descriptor", "get_configuration", "set_configuration",
    "get_interface", "set_interface")]
POINTERS = {
    "band.c": ["main.c:now_us", "main.c:supply", "main.c:is_button_down",
               "main.c:is_attached", "pins_set_led", "board_update"],
    "lsm6dsox.c": ["i2c_read", "i2c_write", "i2c_recover", "main.c:now_us"],
    "log.c": FLASH,
    "logger.c": FLASH,
    "settings.c": FLASH,
    "usb.c": ["main.c:on_usb_change"],
    "usb_bulk.c": ["main.c:next_frame"],
    "usb_control.c": ["usb.c:set_address", "usb.c:set_configured",
                      "usb.c:set_halted"],
    "usb_control.c:answer": ["main.c:on_vendor", *STANDARD],
    "rom.c": [],  # the boot ROM, which does not return
}

ROOT = "start_reset"
LAST = "watchdog_fail"  # of a fault or a hang, on top of anything else
FRAME = 32 + 4          # what an exception saves, and alignment
UNKNOWN = 1 << 20       # a frame that is not understood


def read_compiler(folder):
    """Returns {title: (frame [bytes], callees, file)}."""
    nodes, calls = {}, {}
    for path in sorted(pathlib.Path(folder).rglob("*.ci")):
        for line in path.read_text().splitlines():
            node = re.match(r'node: { title: "([^"]+)" label: "[^"]*\\n'
                            r'([^":]+):\d+:\d+\\n(\d+) bytes \((\w+)', line)
            edge = re.match(r'edge: { sourcename: "([^"]+)" '
                            r'targetname: "([^"]+)"', line)
            if edge:
                calls.setdefault(edge[1], set()).add(edge[2])
            elif node:
                if node[4] != "static":
                    sys.exit(f"budget: {node[1]} has a frame of no fixed size")
                nodes[node[1]] = (int(node[3]), pathlib.Path(node[2]).name)
    return {title: (frame, calls.get(title, set()), file)
            for title, (frame, file) in nodes.items()}


def count_registers(text):
    """Of a list such as {r4, r5, r6, lr} or {r4-r7}."""
    count = 0
    for part in text.split("}")[0].strip("{").replace(" ", "").split(","):
        first, _, last = part.partition("-")
        count += int(last[1:]) - int(first[1:]) + 1 if last else 1
    return count


def read_library(elf, known):
    """Likewise for functions of which the compiler said nothing, by their code:
    all that they push, however often, and all to which they branch."""
    text = subprocess.run(["arm-none-eabi-objdump", "-d", elf], check=True,
                          capture_output=True, text=True).stdout
    graph, name = {}, None
    for line in text.splitlines():
        begin = re.match(r"[0-9a-f]+ <(\S+)>:", line)
        code = line.split("\t")
        if begin:
            name = begin[1] if begin[1] not in known else None
            frame, callees = 0, set()
        if name is None or len(code) < 4:
            continue
        operation, rest = code[2], code[3]
        target = re.search(r"<([^+>]+)>", rest)
        if operation == "push":
            frame += 4 * count_registers(rest)
        elif operation == "sub" and rest.startswith("sp, #"):
            frame += int(rest[5:].split()[0])
        elif re.match(r"(add|mov|sub)s?$", operation) and \
                re.match(r"sp, (sp, )?r", rest):
            frame += UNKNOWN
        elif operation == "blx":
            callees.add("__indirect_call")
        elif operation.startswith("b") and target and target[1] != name:
            callees.add(target[1])
        graph[name] = (frame, callees, name)
    for group in same_address(elf):
        known = [name for name in group if name in graph]
        graph.update({name: graph[known[0]] for name in group if known})
    return graph


def same_address(elf):
    """The disassembly shows but one name of several."""
    text = subprocess.run(["arm-none-eabi-nm", elf], check=True,
                          capture_output=True, text=True).stdout
    groups = {}
    for line in text.splitlines():
        address, _, name = line.split()[-3:]
        groups.setdefault(address, []).append(name)
    return groups.values()


class Stack:
    def __init__(self, elf, folder):
        self.graph = read_compiler(folder)
        self.titles = {}
        for title in self.graph:
            name = title.split(":")[-1]
            self.titles[name] = title
            self.titles[f"{self.graph[title][2]}:{name}"] = title
        self.graph.update(read_library(elf, self.titles))
        self.done = {}

    def called(self, title):
        """The titles of what `title` calls."""
        _, callees, file = self.graph[title]
        names = callees - {"__indirect_call"}
        if names != callees:
            name = title.split(":")[-1]
            through = POINTERS.get(f"{file}:{name}", POINTERS.get(file))
            if through is None:
                sys.exit(f"budget: whom does {title} call through a pointer? "
                         "Add it to POINTERS")
            names |= set(through)
        for name in names:
            if name not in self.graph and name not in self.titles:
                sys.exit(f"budget: {title} calls {name}, which is not there")
            yield name if name in self.graph else self.titles[name]

    def deepest(self, title, above=()):
        """Returns (bytes, path) of the deepest stack from `title` on."""
        if title in above:
            sys.exit("budget: recursion: " + " > ".join((*above, title)))
        if title not in self.done:
            best = max((self.deepest(callee, (*above, title))
                        for callee in set(self.called(title))), default=(0, ()))
            self.done[title] = (self.graph[title][0] + best[0],
                                (title.split(":")[-1], *best[1]))
        return self.done[title]


def sizes(elf):
    text = subprocess.run(["arm-none-eabi-size", "-A", elf], check=True,
                          capture_output=True, text=True).stdout
    of = {line.split()[0]: int(line.split()[1])
          for line in text.splitlines() if line.startswith(".")}
    return {"flash": of[".boot2"] + of[".header"] + of[".start"] + of[".ram"],
            "RAM": of[".ram"] + of[".bss"]}


def main():
    elf, folder = sys.argv[1:]
    stack = Stack(elf, folder)
    run = stack.deepest(ROOT)
    handlers = [title for title in stack.graph if title.startswith("irq_")]
    interrupt = max(stack.deepest(title) for title in handlers)
    fail = stack.deepest(LAST)
    used = sizes(elf)
    used["stack"] = run[0] + FRAME + interrupt[0] + FRAME + fail[0]
    for what, budget in BUDGET.items():
        print(f"firmware: {what:5} {used[what]:7,} of {budget:7,} bytes")
    for depth, path in (run, interrupt, fail):
        print(f"firmware: stack {depth:5,}: {' > '.join(path)}")
    over = [what for what, budget in BUDGET.items() if used[what] > budget]
    if over:
        sys.exit(f"firmware: over the budget of {', '.join(over)}")


main()

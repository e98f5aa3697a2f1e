// SPDX-License-Identifier: GPL-3.0-or-later
// An emulated board as a USB/IP device: speaks to the kernel's vhci_hcd at the
// other end of a socket (Linux, Documentation/usb/usbip_protocol.rst, without
// its handshake, since the socket is attached by hand).
import net from 'node:net';

const SUBMIT = 1, UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4;
const HEAD = 48;
const ECONNRESET = -104;

export class UsbIp {
    #socket;
    #buffer = Buffer.alloc(0);
    #pending = new Map(); // sequence number -> transfer of a bulk endpoint

    constructor(host, path) {
        this.host = host;
        this.#socket = net.connect(path);
        this.#socket.on('data', (data) => this.#receive(data));
        this.#socket.on('error', () => {});
    }

    close() {
        this.#socket.destroy();
    }

    #receive(data) {
        this.#buffer = Buffer.concat([this.#buffer, data]);
        for (;;) {
            const size = this.#messageSize();
            if (size === 0 || this.#buffer.length < size) {
                return;
            }
            this.#take(this.#buffer.subarray(0, size));
            this.#buffer = this.#buffer.subarray(size);
        }
    }

    #messageSize() {
        if (this.#buffer.length < HEAD) {
            return 0;
        }
        const submits = this.#buffer.readUInt32BE(0) === SUBMIT;
        const inward = this.#buffer.readUInt32BE(12) === 1;
        return HEAD + (submits && !inward ? this.#buffer.readUInt32BE(24) : 0);
    }

    #take(message) {
        const command = message.readUInt32BE(0);
        const sequence = message.readUInt32BE(4);
        const inward = message.readUInt32BE(12) === 1;
        const endpoint = message.readUInt32BE(16);
        const length = message.readUInt32BE(24);
        if (command === UNLINK) {
            this.#unlink(sequence, message.readUInt32BE(20));
        } else if (endpoint === 0) {
            const data = Uint8Array.from(message.subarray(HEAD));
            const setup = Uint8Array.from(message.subarray(40, 48));
            this.host.control(setup, data, (status, got) => this.#answer(sequence,
                status, inward ? Buffer.from(got) : null,
                inward ? got.length : length));
        } else {
            const urb = this.host.bulkIn(endpoint, length, (status, got) => {
                if (this.#pending.delete(sequence)) {
                    this.#answer(sequence, status, Buffer.from(got), got.length);
                }
            });
            this.#pending.set(sequence, urb);
        }
    }

    // Linux wants no answer to a transfer that it has taken back.
    #unlink(sequence, which) {
        const urb = this.#pending.get(which);
        this.#pending.delete(which);
        const done = urb ? this.host.cancel(urb) : false;
        const answer = Buffer.alloc(HEAD);
        answer.writeUInt32BE(RET_UNLINK, 0);
        answer.writeUInt32BE(sequence, 4);
        answer.writeInt32BE(done ? ECONNRESET : 0, 20);
        this.#socket.write(answer);
    }

    #answer(sequence, status, data, length) {
        const answer = Buffer.alloc(HEAD);
        answer.writeUInt32BE(RET_SUBMIT, 0);
        answer.writeUInt32BE(sequence, 4);
        answer.writeInt32BE(status, 20);
        answer.writeUInt32BE(length, 24);
        this.#socket.write(data ? Buffer.concat([answer, data]) : answer);
    }
}

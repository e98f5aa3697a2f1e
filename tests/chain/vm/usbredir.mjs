// SPDX-License-Identifier: GPL-3.0-or-later
// An emulated board as a device that is redirected to QEMU's usb-redir, which
// plugs it into an emulated host controller (usbredir, docs/usb-redirection-
// protocol.md, version 0.6; all integers are little-endian).
import net from 'node:net';

const HELLO = 0, DEVICE_CONNECT = 1, RESET = 3, INTERFACE_INFO = 4, EP_INFO = 5,
    SET_CONFIGURATION = 6, GET_CONFIGURATION = 7, CONFIGURATION_STATUS = 8,
    SET_ALT = 9, GET_ALT = 10, ALT_STATUS = 11, CANCEL = 21,
    CONTROL_PACKET = 100, BULK_PACKET = 101;
const CAP_CONNECT_VERSION = 1, CAP_EP_MAX_PACKET = 4, CAP_64_BIT_IDS = 5,
    CAP_32_BIT_BULK = 6;
const CAPS = 1 << CAP_CONNECT_VERSION | 1 << CAP_EP_MAX_PACKET |
    1 << CAP_64_BIT_IDS | 1 << CAP_32_BIT_BULK;
const STATUS = new Map([[0, 0], [-104, 1], [-32, 4]]);
const IO_ERROR = 3;
const FULL_SPEED = 1;
const CONTROL_TYPE = 0, BULK_TYPE = 2, INVALID_TYPE = 255;
const HELLO_SIZE = 68;

export class UsbRedir {
    #socket;
    #buffer = Buffer.alloc(0);
    #idSize = 4; // until both sides have said hello
    #bulk = new Map();
    #configuration = 0;

    constructor(host, path) {
        this.host = host;
        this.#socket = net.connect(path);
        this.#socket.on('data', (data) => this.#receive(data));
        this.#socket.on('error', () => {});
        const hello = Buffer.alloc(HELLO_SIZE);
        hello.write('carpus chain');
        hello.writeUInt32LE(CAPS, 64);
        this.#send(HELLO, 0n, hello);
    }

    close() {
        this.#socket.destroy();
    }

    #send(type, id, ...parts) {
        const body = Buffer.concat(parts);
        const head = Buffer.alloc(8 + this.#idSize);
        head.writeUInt32LE(type, 0);
        head.writeUInt32LE(body.length, 4);
        if (this.#idSize === 8) {
            head.writeBigUInt64LE(id, 8);
        } else {
            head.writeUInt32LE(Number(id), 8);
        }
        this.#socket.write(Buffer.concat([head, body]));
    }

    #receive(data) {
        this.#buffer = Buffer.concat([this.#buffer, data]);
        for (;;) {
            const head = 8 + this.#idSize;
            if (this.#buffer.length < head) {
                return;
            }
            const size = head + this.#buffer.readUInt32LE(4);
            if (this.#buffer.length < size) {
                return;
            }
            const type = this.#buffer.readUInt32LE(0);
            const id = this.#idSize === 8 ? this.#buffer.readBigUInt64LE(8)
                : BigInt(this.#buffer.readUInt32LE(8));
            const body = this.#buffer.subarray(head, size);
            this.#buffer = this.#buffer.subarray(size);
            this.#take(type, id, body);
        }
    }

    #take(type, id, body) {
        switch (type) {
        case HELLO:
            this.#idSize = 8;
            this.#describe();
            this.#connect();
            break;
        case RESET: this.#configuration = 0; break;
        case SET_CONFIGURATION: this.#configure(id, body[0]); break;
        case GET_CONFIGURATION: this.#configurationStatus(id); break;
        case SET_ALT:
        case GET_ALT: this.#send(ALT_STATUS, id, Buffer.from([0, body[0], 0]));
            break;
        case CANCEL: this.#cancel(id); break;
        case CONTROL_PACKET: this.#control(id, body); break;
        case BULK_PACKET: this.#startBulk(id, body); break;
        default: break; // filters, and what is acknowledged
        }
    }

    #describe() {
        const interfaces = Buffer.alloc(4 + 4 * 32);
        interfaces.writeUInt32LE(1, 0);
        interfaces[4 + 32] = 0xff; // class of interface 0
        this.#send(INTERFACE_INFO, 0n, interfaces);
        const endpoints = Buffer.alloc(32 * 3 + 32 * 2);
        endpoints.fill(INVALID_TYPE, 0, 32);
        endpoints[0] = endpoints[16] = CONTROL_TYPE;
        endpoints[17] = BULK_TYPE; // 0x81
        for (const k of [0, 16, 17]) {
            endpoints.writeUInt16LE(64, 96 + 2 * k);
        }
        this.#send(EP_INFO, 0n, endpoints);
    }

    #connect() {
        const connect = Buffer.from([FULL_SPEED, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
        connect.writeUInt16LE(0x1209, 4);
        connect.writeUInt16LE(0x0001, 6);
        connect.writeUInt16LE(0x0100, 8);
        this.#send(DEVICE_CONNECT, 0n, connect);
    }

    #configurationStatus(id) {
        this.#send(CONFIGURATION_STATUS, id,
            Buffer.from([0, this.#configuration]));
    }

    #configure(id, value) {
        const setup = Uint8Array.from([0, 9, value, 0, 0, 0, 0, 0]);
        this.host.control(setup, new Uint8Array(0), () => {
            this.#configuration = value;
            this.#describe();
            this.#configurationStatus(id);
        });
    }

    #control(id, body) {
        const [endpoint, request, type] = body;
        const inward = (type & 0x80) !== 0;
        const length = body.readUInt16LE(8);
        const setup = Uint8Array.from([type, request, body[4], body[5], body[6],
            body[7], body[8], body[9]]);
        const sent = Uint8Array.from(body.subarray(10));
        this.host.control(setup, sent, (status, got) => {
            const answer = Buffer.from(body.subarray(0, 10));
            answer[0] = endpoint;
            answer[3] = STATUS.get(status) ?? IO_ERROR;
            answer.writeUInt16LE(inward ? got.length : length, 8);
            this.#send(CONTROL_PACKET, id, answer,
                Buffer.from(inward ? got : []));
        });
    }

    #startBulk(id, body) {
        const endpoint = body[0] & 15;
        const length = body.readUInt16LE(2) | body.readUInt16LE(8) << 16;
        this.#bulk.set(id, this.host.bulkIn(endpoint, length, (status, got) => {
            const answer = Buffer.from(body.subarray(0, 10));
            this.#bulk.delete(id);
            answer[1] = STATUS.get(status) ?? IO_ERROR;
            answer.writeUInt16LE(got.length & 0xffff, 2);
            answer.writeUInt16LE(got.length >> 16, 8);
            this.#send(BULK_PACKET, id, answer, Buffer.from(got));
        }));
    }

    #cancel(id) {
        const urb = this.#bulk.get(id);
        if (urb) {
            this.host.cancel(urb);
        }
    }
}

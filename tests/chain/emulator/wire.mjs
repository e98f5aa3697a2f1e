// SPDX-License-Identifier: GPL-3.0-or-later
// Frames and answers of the wristband, read as firmware/core/wire.h describes
// them; on purpose not by its code.

export const HEADER = 40;
export const REQUEST = {INFO: 1, STATUS: 2, TIME: 3, GET_CONFIG: 4,
    SET_CONFIG: 5, START: 6, STOP: 7, IDENTIFY: 8, SELFTEST: 9, RESULTS: 10};
export const LOST = {FIFO: 1, BUS: 2, RING: 4};
export const FIRST = 1 << 5;
export const RESTARTED = 1 << 6;
export const END = 2;

const TABLE = Array.from({length: 256}, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) {
        crc = crc & 1 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
    }
    return crc >>> 0;
});

export function crc32c(bytes) {
    let crc = 0xffffffff;
    for (const byte of bytes) {
        crc = crc >>> 8 ^ TABLE[(crc ^ byte) & 0xff];
    }
    return (crc ^ 0xffffffff) >>> 0;
}

function parse(bytes, at) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    const length = view.getUint16(4, true);
    const count = view.getUint16(38, true);
    const body = bytes.subarray(at, at + length - 4);
    if (bytes[at] !== 0xca || bytes[at + 1] !== 0x52 || bytes[at + 2] !== 1 ||
        length !== HEADER + 12 * count + 4 ||
        crc32c(body) !== view.getUint32(length - 4, true)) {
        throw new Error(`no frame at byte ${at} of the stream`);
    }
    const samples = Array.from({length: count}, (_, row) =>
        Array.from({length: 6}, (__, axis) =>
            view.getInt16(HEADER + 12 * row + 2 * axis, true)));
    return {
        length,
        type: view.getUint8(3),
        flags: view.getUint16(6, true),
        sequence: view.getUint32(8, true),
        lost: view.getUint32(12, true),
        index: Number(view.getBigUint64(16, true)),
        deviceNs: Number(view.getBigUint64(24, true)),
        ticks: view.getUint32(32, true),
        samples,
    };
}

// All frames of a stream, which must be nothing but frames.
export function frames(bytes) {
    const out = [];
    for (let at = 0; at < bytes.length; at += out.at(-1).length) {
        out.push(parse(bytes, at));
    }
    return out;
}

export function info(bytes) {
    const text = (from, to) =>
        Buffer.from(bytes.subarray(from, to)).toString().replace(/\0+$/, '');
    return {protocol: bytes[0] | bytes[1] << 8, firmware: [...bytes.subarray(2, 5)],
        serial: text(12, 32), model: text(32, 64)};
}

export function status(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const word = (at) => view.getUint32(at, true);
    return {state: bytes[0], uptime: word(4), samples: word(8),
        lostFifo: word(16), lostBus: word(20), lostRing: word(24),
        busErrors: word(28), tagErrors: word(32), restarts: word(36),
        ringUsed: word(40), ringPeak: word(44)};
}

export function config(rate, accel = 8, gyro = 2000) {
    return Uint8Array.from([rate & 255, rate >> 8, accel, 0, gyro & 255,
        gyro >> 8, 0, 0]);
}

// Rows of the truth that tests/chain/sensor.c writes.
export function truth(bytes) {
    const rows = [];
    for (let at = 0; at + 28 <= bytes.length; at += 28) {
        rows.push({
            ns: Number(bytes.readBigInt64LE(at)),
            number: Number(bytes.readBigUInt64LE(at + 8)),
            sample: Array.from({length: 6}, (_, axis) =>
                bytes.readInt16LE(at + 16 + 2 * axis)),
        });
    }
    return rows;
}

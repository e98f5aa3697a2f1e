// SPDX-License-Identifier: GPL-3.0-or-later
// What an ELF file has at the flash's addresses, as a programmer would write
// it.

const FLASH = 0x10000000;
const LOAD = 1;

export function flashImage(elf) {
    const view = new DataView(elf.buffer, elf.byteOffset, elf.length);
    const table = view.getUint32(28, true);
    const entry = view.getUint16(42, true);
    const count = view.getUint16(44, true);
    const parts = [];
    for (let i = 0; i < count; i++) {
        const at = table + i * entry;
        const [type, offset, , address, size] =
            [0, 4, 8, 12, 16].map((k) => view.getUint32(at + k, true));
        if (type === LOAD && size > 0) {
            parts.push({to: address - FLASH,
                bytes: elf.subarray(offset, offset + size)});
        }
    }
    const end = Math.max(...parts.map(({to, bytes}) => to + bytes.length));
    const image = new Uint8Array(end).fill(0xff);
    for (const {to, bytes} of parts) {
        image.set(bytes, to);
    }
    return image;
}

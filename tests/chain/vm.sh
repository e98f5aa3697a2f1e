#!/bin/sh
# The same binary through a real kernel and libusb into the shipped `carpus
# record`: tests/chain/vm.sh BUILD. A virtual machine (QEMU without KVM) runs
# Debian's kernel; emulated bands hang on it by USB/IP, one by an emulated xHCI
# controller. Ends with "N passed, M failed".
set -u
build=$1
out=$build/chain
vm=$out/vm
seconds=${CHAIN_SECONDS:-60} # of the long recordings
here=tests/chain/vm
. tests/chain/emulator.inc
mkdir -p "$vm"

modules="usb-common usbcore usbip-core vhci-hcd xhci-hcd xhci-pci virtio_ring
    virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci
    virtio_console netfs fscache 9pnet 9p 9pnet_virtio"

# Debian's kernel, unpacked and not installed: nothing here is to boot it.
get_kernel() {
    name=$(apt-cache depends linux-image-amd64 |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    [ -n "$name" ] || return 1
    (cd "$vm" && rm -f linux-image*.deb && apt-get -qq download "$name") ||
        return 1
    dpkg-deb -x "$vm/$name"_*.deb "$vm/kernel"
}

if [ ! -s "$vm/vmlinux" ]; then
    if ! get_kernel >"$vm/kernel.log" 2>&1; then
        as_root=
        [ "$(id -u)" -eq 0 ] || as_root="sudo -n"
        $as_root apt-get -qq update && get_kernel >"$vm/kernel.log" 2>&1 || {
            cat "$vm/kernel.log"
            exit 69
        }
    fi
    /usr/bin/python3 "$here/vmlinux.py" "$vm"/kernel/boot/vmlinuz-* "$vm/vmlinux" || exit 1
fi

# What the machine has for a disk: busybox, modules, relay, carpus.
root=$vm/root
rm -rf "$root"
mkdir -p "$root/bin" "$root/mod"
cp /bin/busybox "$root/bin/"
cp "$here/init" "$out/relay" "$root/"
cp "$build/carpus" "$root/carpus"
strip "$root/carpus"
for library in $(ldd "$build/carpus" | grep -o '/[^ ]*'); do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
done
for module in $modules; do
    file=$(find "$vm/kernel" -name "$module.ko" -o \
        -name "$(echo "$module" | tr _ -).ko" | head -n 1)
    # Some kernels have some of them built in.
    [ -z "$file" ] || { cp "$file" "$root/mod/$module.ko" &&
        echo "$module" >>"$root/mod/order"; }
done
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet) >"$vm/disk.cpio"

# band KIND SOCKET NAME NUMBER [UNPLUG]: an emulated band.
band() {
    name=$3
    node "$here/band.mjs" "$1" "$2" "$results/$3.truth" "$4" ${5:-} \
        >"$results/$name.band" 2>&1 &
    bands="$bands $!"
}

# run CASE QEMU-ARGUMENTS...
run() {
    what=$1
    shift
    timeout 200 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -M q35 \
        -m 1024 -nodefaults -no-user-config -display none -no-reboot \
        -serial stdio -kernel "$vm/vmlinux" -initrd "$vm/disk.cpio" \
        -append "console=ttyS0 quiet panic=-1 reboot=t,force mitigations=off tsc=unstable chain=$what seconds=$seconds" \
        -virtfs "local,path=$results,mount_tag=out,security_model=none" \
        "$@" >"$results/$what.console" 2>&1 </dev/null &
    machine=$!
}

# Waits until QEMU listens on all sockets.
wait_for_sockets() {
    for socket; do
        tries=0
        until [ -S "$socket" ] || [ $tries -gt 200 ]; do
            tries=$((tries + 1))
            sleep 0.05
        done
    done
}

# A band that had something to complain of is a failure.
end_bands() {
    for pid in $bands; do
        kill "$pid" 2>/dev/null
        wait "$pid" || amiss=$((amiss + 1))
    done
    bands=
}

results=$vm/results
rm -rf "$results"
mkdir -p "$results"
bands=
amiss=0

run usbip -device virtio-serial-pci \
    -chardev "socket,id=a,path=$vm/one,server=on,wait=off" \
    -device virtserialport,chardev=a,name=one \
    -chardev "socket,id=b,path=$vm/two,server=on,wait=off" \
    -device virtserialport,chardev=b,name=two
wait_for_sockets "$vm/one" "$vm/two"
band usbip "$vm/one" one 1 lost
band usbip "$vm/two" two 2 kept
wait "$machine"
end_bands

run xhci -device qemu-xhci \
    -chardev "socket,id=r,path=$vm/three,server=on,wait=off" \
    -device usb-redir,chardev=r
wait_for_sockets "$vm/three"
band usbredir "$vm/three" three 3
wait "$machine"
end_bands

/usr/bin/python3 "$here/check.py" "$results" "$seconds" >"$results/check.txt" 2>&1
status=$?
sed '$d' "$results/check.txt"
if [ $status -ne 0 ] || [ $amiss -gt 0 ]; then
    tail -n 20 "$results"/*.console "$results"/*.band "$results"/*.txt
fi
passed=$(sed -n '$s/^\([0-9]*\) passed.*/\1/p' "$results/check.txt")
failed=$(sed -n '$s/.* \([0-9]*\) failed$/\1/p' "$results/check.txt")
echo "${passed:-0} passed, $((${failed:-1} + amiss)) failed"
[ $status -eq 0 ] && [ $amiss -eq 0 ]

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In the virtual machine: the cable between a USB/IP server outside (a
 * virtio-serial port) and the kernel's virtual host controller.
 *
 *   relay DEVICE PORT
 *
 * Whenever the other end of DEVICE is open, a full-speed device is plugged
 * into PORT of vhci_hcd; when it closes, the device is unplugged.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FULL_SPEED = 2, LOOK_US = 20000, BUFFER = 65536 };

static const char attach_path[] = "/sys/devices/platform/vhci_hcd.0/attach";

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            return -1;
        }
        if (n > 0) {
            data += n;
            size -= (size_t)n;
        }
    }
    return 0;
}

/* Gives one end of a socket to the kernel; returns the other. */
static int plug_in(long port)
{
    int ends[2];
    char text[64];
    int fd = open(attach_path, O_WRONLY);

    if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        perror(attach_path);
        exit(1);
    }
    int size = snprintf(text, sizeof(text), "%ld %d %ld %d", port, ends[1],
                        0x10002 + port, FULL_SPEED);
    if (write(fd, text, (size_t)size) != size) {
        perror("attach");
        exit(1);
    }
    close(fd);
    close(ends[1]);
    return ends[0];
}

/* Until one side closes. */
static void relay(int port_fd, int socket_fd)
{
    static char buffer[BUFFER];
    struct pollfd fds[2] = {{port_fd, POLLIN, 0}, {socket_fd, POLLIN, 0}};

    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) {
            return;
        }
        for (int i = 0; i < 2; i++) {
            if ((fds[i].revents & (POLLIN | POLLHUP)) == 0) {
                continue;
            }
            ssize_t n = read(fds[i].fd, buffer, sizeof(buffer));
            if (n <= 0 || write_all(fds[1 - i].fd, buffer, (size_t)n) != 0) {
                return;
            }
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: relay DEVICE PORT\n");
        return 64;
    }
    for (;;) {
        int fd = open(argv[1], O_RDWR);
        struct pollfd other = {fd, POLLOUT, 0};
        if (fd < 0) {
            perror(argv[1]);
            return 1;
        }
        while (poll(&other, 1, -1) > 0 && (other.revents & POLLHUP) != 0) {
            usleep(LOOK_US);
        }
        int socket_fd = plug_in(strtol(argv[2], NULL, 10));
        relay(fd, socket_fd);
        close(socket_fd);
        close(fd);
    }
}

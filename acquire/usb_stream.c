/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every buffer is in one of three places: in a slot (with its transfer, flying
 * or not), in the queue (full, to be read), or free. All are guarded by one
 * lock, which is never held while libusb handles events, so callbacks may take
 * it. A transfer is freed only when none is flying.
 */
#include "acquire/usb_stream.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "acquire/usb_error.h"

enum {
    TRANSFERS = USB_STREAM_TRANSFERS,
    QUEUE = 256,
    BUFFERS = TRANSFERS + QUEUE,
    FAILURES_MAX = 16, /* in a row, before the stream is given up */
    SIGNALS_MAX = 100, /* in a row that interrupt the handling of events */
    DRAIN_MS = 5000,   /* for cancelled transfers to come back */
    AGAIN_MS = 100,    /* until those that did not are cancelled anew */
    LATE_MS = 1000,    /* that data may be after the stream has failed */
};

struct buffer {
    size_t size;
    uint8_t bytes[USB_STREAM_TRANSFER];
};

struct slot {
    struct usb_stream *stream;
    struct libusb_transfer *transfer;
    struct buffer *buffer; /* NULL: waits for a free one */
    bool flying;
};

struct usb_stream {
    libusb_context *context;
    libusb_device_handle *handle;
    uint8_t endpoint;
    pthread_t thread;
    atomic_bool quit;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    struct slot slots[TRANSFERS];
    size_t flying;
    bool stopping;
    bool halted;       /* endpoint stalled; nothing is queued */
    unsigned failures; /* in a row */
    bool failed;
    struct error why;     /* if failed */
    struct timespec late; /* until when more may come, CLOCK_MONOTONIC */
    struct buffer *free[BUFFERS];
    size_t free_count;
    struct buffer *queue[BUFFERS];
    size_t queue_first;
    size_t queue_count;
    struct buffer buffers[BUFFERS];
};

static void queue_put(struct usb_stream *s, struct buffer *buffer)
{
    assert(s->queue_count < BUFFERS);
    s->queue[(s->queue_first + s->queue_count) % BUFFERS] = buffer;
    s->queue_count++;
}

static struct buffer *queue_take(struct usb_stream *s)
{
    struct buffer *buffer = s->queue[s->queue_first];
    s->queue_first = (s->queue_first + 1) % BUFFERS;
    s->queue_count--;
    return buffer;
}

/* CLOCK_MONOTONIC in `ms` from now. */
static struct timespec deadline(int ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_nsec -= 1000000000L;
        t.tv_sec++;
    }
    return t;
}

static void cancel_all(struct usb_stream *s)
{
    for (size_t i = 0; i < TRANSFERS; i++) {
        if (s->slots[i].flying) {
            /* NOT_FOUND: it has just come back; NO_DEVICE: it will. */
            (void)libusb_cancel_transfer(s->slots[i].transfer);
        }
    }
}

/* Ends the stream. What is queued is called back, for some of it may have come
 * all the same. */
static void fail(struct usb_stream *s, const struct error *why)
{
    if (!s->failed) {
        s->failed = true;
        s->why = *why;
        s->why.code = ERR_DEVICE_LOST;
        s->late = deadline(LATE_MS);
        cancel_all(s);
    }
}

/* Queues the slot's transfer, if there is a buffer for it and nothing speaks
 * against it. */
static void launch(struct usb_stream *s, struct slot *slot)
{
    if (s->stopping || s->halted || s->failed || slot->flying) {
        return;
    }
    if (slot->buffer == NULL) {
        if (s->free_count == 0) {
            return;
        }
        s->free_count--;
        slot->buffer = s->free[s->free_count];
    }
    slot->transfer->buffer = slot->buffer->bytes;
    int number = libusb_submit_transfer(slot->transfer);
    if (number == 0) {
        slot->flying = true;
        s->flying++;
    } else if (number != LIBUSB_ERROR_NO_MEM || s->flying == 0) {
        /* Short of memory, a stream goes on with fewer transfers. */
        struct error why;
        usb_error(&why, "libusb_submit_transfer", number,
                  "cannot read the wristband's stream");
        fail(s, &why);
    }
}

static void launch_all(struct usb_stream *s)
{
    for (size_t i = 0; i < TRANSFERS; i++) {
        launch(s, &s->slots[i]);
    }
}

/* Takes to heart how a transfer ended. Those that were queued behind one that
 * halted the endpoint, or are called back, end badly too, and mean nothing. */
static void judge(struct usb_stream *s, int status)
{
    enum usb_next next = usb_status_next(status);
    if (status == LIBUSB_TRANSFER_COMPLETED) {
        s->failures = 0;
    }
    if (next == USB_GO_ON || s->stopping || s->failed ||
        (s->halted && next != USB_GIVE_UP)) {
        return;
    }
    s->failures++;
    if (next == USB_GIVE_UP || s->failures > FAILURES_MAX) {
        struct error why;
        usb_status_error(&why, status);
        fail(s, &why);
    }
    if (next == USB_CLEAR) {
        s->halted = true;
        cancel_all(s);
    }
}

/* In the event thread. Whatever the status, data that came is good. */
static void LIBUSB_CALL on_done(struct libusb_transfer *transfer)
{
    struct slot *slot = transfer->user_data;
    struct usb_stream *s = slot->stream;
    pthread_mutex_lock(&s->lock);
    slot->flying = false;
    s->flying--;
    if (transfer->actual_length > 0) {
        slot->buffer->size = (size_t)transfer->actual_length;
        queue_put(s, slot->buffer);
        slot->buffer = NULL;
    }
    judge(s, transfer->status);
    launch(s, slot);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static void *handle_events(void *argument)
{
    struct usb_stream *s = argument;
    int interrupted = 0; /* in a row */
    while (!atomic_load(&s->quit)) {
        struct timeval wait = {.tv_usec = 100000};
        int number =
            libusb_handle_events_timeout_completed(s->context, &wait, NULL);
        interrupted = number == LIBUSB_ERROR_INTERRUPTED ? interrupted + 1 : 0;
        if (number != 0 && (interrupted == 0 || interrupted > SIGNALS_MAX)) {
            struct error why;
            usb_error(&why, "libusb_handle_events_timeout_completed", number,
                      "cannot wait for the wristband");
            pthread_mutex_lock(&s->lock);
            fail(s, &why);
            pthread_cond_broadcast(&s->changed);
            pthread_mutex_unlock(&s->lock);
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        }
    }
    return NULL;
}

/* In the reader: clearing a halt waits for the device, which a callback may
 * not do. */
static void clear_halt(struct usb_stream *s)
{
    int number = libusb_clear_halt(s->handle, s->endpoint);
    s->halted = false;
    if (number != 0) {
        struct error why;
        usb_error(&why, "libusb_clear_halt", number,
                  "cannot resume the wristband's stream");
        fail(s, &why);
    }
    launch_all(s);
}

/* True if nothing more will come. What has come from a device that is gone may
 * be handed over late, on a busy computer. */
static bool is_over(const struct usb_stream *s)
{
    struct timespec now = deadline(0);
    bool late = now.tv_sec > s->late.tv_sec || (now.tv_sec == s->late.tv_sec &&
                                                now.tv_nsec >= s->late.tv_nsec);
    return s->failed && (s->flying == 0 || late);
}

/* Waits until there is something to read or nothing more will come. */
static void wait_for_data(struct usb_stream *s, int timeout_ms)
{
    struct timespec end = deadline(timeout_ms);
    int number = 0;
    while (s->queue_count == 0 && number == 0) {
        if (s->halted && s->flying == 0) {
            clear_halt(s);
        }
        if (s->failed && s->flying == 0) {
            return;
        }
        number = pthread_cond_timedwait(&s->changed, &s->lock, &end);
    }
}

int usb_stream_read(struct usb_stream *s, uint8_t *out, size_t size,
                    int timeout_ms, struct error *error)
{
    assert(size >= USB_STREAM_TRANSFER);
    size_t used = 0;
    int err = 0;
    pthread_mutex_lock(&s->lock);
    launch_all(s);
    wait_for_data(s, timeout_ms);
    while (s->queue_count > 0 &&
           used + s->queue[s->queue_first]->size <= size) {
        struct buffer *buffer = queue_take(s);
        memcpy(out + used, buffer->bytes, buffer->size);
        used += buffer->size;
        s->free[s->free_count++] = buffer;
    }
    if (used == 0 && is_over(s)) {
        err = error_set(error, s->why.code, "%s", s->why.text);
    }
    launch_all(s);
    pthread_mutex_unlock(&s->lock);
    return err < 0 ? err : (int)used;
}

void usb_stream_drop(struct usb_stream *s)
{
    pthread_mutex_lock(&s->lock);
    while (s->queue_count > 0) {
        s->free[s->free_count++] = queue_take(s);
    }
    launch_all(s);
    pthread_mutex_unlock(&s->lock);
}

/* ---- beginning and end ---- */

static int make_lock(struct usb_stream *s)
{
    pthread_condattr_t monotonic;
    if (pthread_mutex_init(&s->lock, NULL) != 0) {
        return -1;
    }
    if (pthread_condattr_init(&monotonic) == 0) {
        int number = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
        if (number == 0) {
            number = pthread_cond_init(&s->changed, &monotonic);
        }
        pthread_condattr_destroy(&monotonic);
        if (number == 0) {
            return 0;
        }
    }
    pthread_mutex_destroy(&s->lock);
    return -1;
}

static int make_transfers(struct usb_stream *s)
{
    for (size_t i = 0; i < TRANSFERS; i++) {
        struct slot *slot = &s->slots[i];
        slot->stream = s;
        slot->transfer = libusb_alloc_transfer(0);
        if (slot->transfer == NULL) {
            return -1;
        }
        libusb_fill_bulk_transfer(slot->transfer, s->handle, s->endpoint, NULL,
                                  USB_STREAM_TRANSFER, on_done, slot, 0);
    }
    for (size_t i = 0; i < BUFFERS; i++) {
        s->free[i] = &s->buffers[i];
    }
    s->free_count = BUFFERS;
    return 0;
}

static void free_parts(struct usb_stream *s)
{
    for (size_t i = 0; i < TRANSFERS; i++) {
        struct libusb_transfer *transfer = s->slots[i].transfer;
        if (transfer != NULL) {
            transfer->dev_handle = NULL; /* which is closed: for libusb's log */
            libusb_free_transfer(transfer);
        }
    }
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

int usb_stream_new(libusb_context *context, libusb_device_handle *handle,
                   uint8_t endpoint, struct usb_stream **out,
                   struct error *error)
{
    struct usb_stream *s = calloc(1, sizeof(*s));
    if (s == NULL || make_lock(s) != 0) {
        free(s);
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    s->context = context;
    s->handle = handle;
    s->endpoint = endpoint;
    atomic_init(&s->quit, false);
    if (make_transfers(s) != 0 ||
        pthread_create(&s->thread, NULL, handle_events, s) != 0) {
        free_parts(s);
        return error_set(error, ERR_NO_MEMORY,
                         "no memory for USB transfers and their thread");
    }
    *out = s;
    return 0;
}

/* A transfer that could not be cancelled may be so a moment later. */
static void wait_until_back(struct usb_stream *s)
{
    for (int ms = 0; s->flying > 0 && ms < DRAIN_MS; ms += AGAIN_MS) {
        struct timespec end = deadline(AGAIN_MS);
        int number = 0;
        cancel_all(s);
        while (s->flying > 0 && number == 0) {
            number = pthread_cond_timedwait(&s->changed, &s->lock, &end);
        }
    }
}

void usb_stream_stop(struct usb_stream *s)
{
    if (s == NULL) {
        return;
    }
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    wait_until_back(s);
    pthread_mutex_unlock(&s->lock);
    atomic_store(&s->quit, true);
    libusb_interrupt_event_handler(s->context);
    pthread_join(s->thread, NULL);
}

void usb_stream_free(struct usb_stream *s)
{
    if (s != NULL) {
        free_parts(s);
    }
}

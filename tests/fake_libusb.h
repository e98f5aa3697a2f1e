/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A libusb without USB, for tests to include: it has the devices, answers and
 * mishaps that the test puts into `fake`. Transfers complete in the thread that
 * handles events, one a call, in the order in which they were submitted. Any
 * call of any function can be made to fail (fake.fault), and any transfer of a
 * whole device to end in any way (fake.mishap).
 */
#ifndef TESTS_FAKE_LIBUSB_H
#define TESTS_FAKE_LIBUSB_H

#include <libusb.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/core/wire.h"

enum { FAKE_DEVICES = 4, FAKE_FLYING = 64, FAKE_ANSWERS = 1024 };

struct libusb_device {
    uint16_t vendor;
    uint16_t product;
    uint16_t version;
    const char *serial;
    int open_number; /* what libusb_open returns; likewise the next */
    int claim_number;
};

struct libusb_context {
    int unused;
};

struct libusb_device_handle {
    libusb_device *device;
    bool gone; /* by a mishap: all that is asked of it fails */
};

/* What one bulk transfer brings: `size` bytes of a running count. */
struct fake_answer {
    int status;
    int size;
};

/* The functions that tell of failures. */
enum fake_function {
    FAKE_INIT,
    FAKE_DEVICE_LIST,
    FAKE_DESCRIPTOR,
    FAKE_PORTS,
    FAKE_OPEN,
    FAKE_STRING,
    FAKE_CLAIM,
    FAKE_RELEASE,
    FAKE_CONTROL,
    FAKE_CLEAR,
    FAKE_ALLOC,
    FAKE_SUBMIT,
    FAKE_CANCEL,
    FAKE_EVENTS,
    FAKE_HOTPLUG,
    FAKE_FUNCTIONS
};

struct fake_fault {
    enum fake_function function;
    int at;       /* the call that fails, from 1; 0: none */
    bool forever; /* and all after it */
    int number;   /* enum libusb_error */
};

enum fake_part { FAKE_EMPTY, FAKE_SHORT, FAKE_FULL, FAKE_PARTS };

/* How the `at`-th transfer with data of `bulk` ends, from 1; 0: as usual. What
 * it does not bring is lost. */
struct fake_mishap {
    int at;
    int status;
    enum fake_part part;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int init_number; /* what libusb_init returns; and so on */
    int clear_number;
    int submit_number; /* once `submits_good` have gone well */
    int submits_good;  /* -1: all */
    int events_number;
    struct libusb_device devices[FAKE_DEVICES];
    int device_count; /* -1: not even a root hub */
    int (*control)(uint8_t request, uint8_t *data, uint16_t length);
    /* A whole device: vendor requests (-1 stalls) and, once `answers` are used
     * up, what the bulk endpoint has (0: nothing now). */
    int (*vendor)(const struct wire_setup *setup, uint8_t *data);
    size_t (*bulk)(uint8_t *out, size_t size);
    struct fake_answer answers[FAKE_ANSWERS];
    int answer_count;
    int answer_next;
    uint8_t count; /* next byte of data */
    struct libusb_transfer *flying[FAKE_FLYING];
    bool cancelled[FAKE_FLYING];
    int flying_count;
    bool keep_cancelled; /* cancelled transfers do not come back */
    int clears;
    struct fake_fault fault;
    int calls[FAKE_FUNCTIONS];
    struct fake_mishap mishap;
    int bulks;   /* transfers with data of `bulk` */
    bool halted; /* by a mishap, until it is cleared */
    bool no_hotplug;
    bool plugged; /* an arrival is to be told */
    libusb_hotplug_callback_fn on_hotplug;
    void *on_hotplug_argument;
    int live_transfers;
    int live_handles;
    int live_contexts;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .changed = PTHREAD_COND_INITIALIZER};

static pthread_once_t fake_once = PTHREAD_ONCE_INIT;

static struct libusb_context fake_context;
static struct libusb_device fake_hub = {.vendor = 0x1d6b, .product = 2};

static void fake_make_clock(void)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&fake.changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

/* Back to: one wristband, nothing goes wrong, nothing to send. */
static void fake_reset(void)
{
    pthread_once(&fake_once, fake_make_clock);
    pthread_mutex_lock(&fake.lock);
    fake.init_number = fake.clear_number = fake.submit_number = 0;
    fake.submits_good = -1;
    fake.events_number = 0;
    fake.devices[0] = (struct libusb_device){
        .vendor = 0x1209, .product = 1, .version = 0x0100, .serial = "W0001"};
    fake.device_count = 1;
    fake.control = NULL;
    fake.vendor = NULL;
    fake.bulk = NULL;
    fake.answer_count = fake.answer_next = 0;
    fake.count = 0;
    fake.keep_cancelled = false;
    fake.clears = 0;
    fake.fault = (struct fake_fault){0};
    memset(fake.calls, 0, sizeof(fake.calls));
    fake.mishap = (struct fake_mishap){0};
    fake.bulks = 0;
    fake.halted = fake.no_hotplug = fake.plugged = false;
    fake.on_hotplug = NULL;
    pthread_mutex_unlock(&fake.lock);
}

static inline void fake_send(int status, int size)
{
    pthread_mutex_lock(&fake.lock);
    fake.answers[fake.answer_count++] =
        (struct fake_answer){.status = status, .size = size};
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

static inline int fake_sent(void)
{
    pthread_mutex_lock(&fake.lock);
    int n = fake.answer_next;
    pthread_mutex_unlock(&fake.lock);
    return n;
}

/* Counts a call; returns what it fails with, 0 if it does not. */
static int fake_call(enum fake_function function)
{
    pthread_mutex_lock(&fake.lock);
    const struct fake_fault *fault = &fake.fault;
    int n = ++fake.calls[function];
    bool fails = fault->at > 0 && fault->function == function &&
                 (n == fault->at || (fault->forever && n > fault->at));
    int number = fails ? fault->number : 0;
    pthread_mutex_unlock(&fake.lock);
    return number;
}

static bool fake_is_gone(const libusb_device_handle *handle)
{
    return handle != NULL && handle->gone;
}

/* Takes transfer `i` off those that fly. */
static struct libusb_transfer *fake_take(int i)
{
    struct libusb_transfer *transfer = fake.flying[i];
    fake.flying_count--;
    for (; i < fake.flying_count; i++) {
        fake.flying[i] = fake.flying[i + 1];
        fake.cancelled[i] = fake.cancelled[i + 1];
    }
    return transfer;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libusb.h
 * abbreviates its names */

int libusb_init(libusb_context **context)
{
    int number = fake_call(FAKE_INIT);
    if (number == 0 && fake.init_number == 0) {
        *context = &fake_context;
        fake.live_contexts++;
    }
    return number != 0 ? number : fake.init_number;
}

void libusb_exit(libusb_context *context)
{
    (void)context;
    pthread_mutex_lock(&fake.lock);
    fake.live_contexts--;
    fake.on_hotplug = fake.live_contexts > 0 ? fake.on_hotplug : NULL;
    pthread_mutex_unlock(&fake.lock);
}

ssize_t libusb_get_device_list(libusb_context *context, libusb_device ***list)
{
    (void)context;
    int number = fake_call(FAKE_DEVICE_LIST);
    if (number != 0) {
        return number;
    }
    *list = calloc(FAKE_DEVICES + 2, sizeof(libusb_device *));
    (*list)[0] = fake.device_count < 0 ? NULL : &fake_hub;
    for (int i = 0; i < fake.device_count; i++) {
        (*list)[i + 1] = &fake.devices[i];
    }
    return fake.device_count + 1;
}

void libusb_free_device_list(libusb_device **list, int unref)
{
    (void)unref;
    free(list);
}

int libusb_get_device_descriptor(libusb_device *device,
                                 struct libusb_device_descriptor *out)
{
    int number = fake_call(FAKE_DESCRIPTOR);
    if (number != 0) {
        return number;
    }
    *out = (struct libusb_device_descriptor){.idVendor = device->vendor,
                                             .idProduct = device->product,
                                             .bcdDevice = device->version,
                                             .iSerialNumber = 3};
    return 0;
}

int libusb_get_port_numbers(libusb_device *device, uint8_t *ports, int size)
{
    (void)device;
    (void)size;
    int number = fake_call(FAKE_PORTS);
    ports[0] = 2;
    ports[1] = 3;
    return number != 0 ? number : 2;
}

uint8_t libusb_get_device_address(libusb_device *device)
{
    (void)device;
    return 255;
}

uint8_t libusb_get_bus_number(libusb_device *device)
{
    (void)device;
    return 1;
}

int libusb_open(libusb_device *device, libusb_device_handle **out)
{
    int number = fake_call(FAKE_OPEN);
    if (number != 0 || device->open_number != 0) {
        return number != 0 ? number : device->open_number;
    }
    *out = calloc(1, sizeof(**out));
    (*out)->device = device;
    fake.live_handles++;
    return 0;
}

void libusb_close(libusb_device_handle *handle)
{
    /* What still flies is the kernel's, which takes it back. */
    pthread_mutex_lock(&fake.lock);
    for (int i = fake.flying_count; i > 0; i--) {
        if (fake.flying[i - 1]->dev_handle == handle) {
            (void)fake_take(i - 1);
        }
    }
    pthread_mutex_unlock(&fake.lock);
    fake.live_handles--;
    free(handle);
}

int libusb_get_string_descriptor_ascii(libusb_device_handle *handle,
                                       uint8_t index, unsigned char *data,
                                       int length)
{
    (void)index;
    int number = fake_call(FAKE_STRING);
    if (number != 0) {
        return number;
    }
    strncpy((char *)data, handle->device->serial, (size_t)length);
    return (int)strlen(handle->device->serial);
}

int libusb_claim_interface(libusb_device_handle *handle, int interface)
{
    (void)interface;
    int number = fake_call(FAKE_CLAIM);
    return number != 0 ? number : handle->device->claim_number;
}

int libusb_release_interface(libusb_device_handle *handle, int interface)
{
    (void)handle;
    (void)interface;
    return fake_call(FAKE_RELEASE);
}

int libusb_control_transfer(libusb_device_handle *handle, uint8_t type,
                            uint8_t request, uint16_t value, uint16_t index,
                            unsigned char *data, uint16_t length,
                            unsigned int timeout)
{
    (void)timeout;
    int number = fake_call(FAKE_CONTROL);
    if (number != 0 || fake_is_gone(handle)) {
        return number != 0 ? number : LIBUSB_ERROR_NO_DEVICE;
    }
    if (fake.vendor != NULL) {
        const struct wire_setup setup = {
            .in = (type & LIBUSB_ENDPOINT_IN) != 0,
            .request = request,
            .value = value,
            .index = index,
            .length = length,
        };
        int n = fake.vendor(&setup, data);
        return n < 0 ? LIBUSB_ERROR_PIPE : n;
    }
    return fake.control != NULL ? fake.control(request, data, length)
                                : LIBUSB_ERROR_PIPE;
}

int libusb_clear_halt(libusb_device_handle *handle, unsigned char endpoint)
{
    (void)endpoint;
    int number = fake_call(FAKE_CLEAR);
    pthread_mutex_lock(&fake.lock);
    fake.clears++;
    if (number == 0) {
        number = fake.flying_count != 0 ? LIBUSB_ERROR_BUSY
                 : fake_is_gone(handle) ? LIBUSB_ERROR_NO_DEVICE
                                        : fake.clear_number;
    }
    fake.halted = fake.halted && number != 0;
    pthread_mutex_unlock(&fake.lock);
    return number;
}

struct libusb_transfer *libusb_alloc_transfer(int packets)
{
    (void)packets;
    if (fake_call(FAKE_ALLOC) != 0) {
        return NULL;
    }
    fake.live_transfers++;
    return calloc(1, sizeof(struct libusb_transfer));
}

void libusb_free_transfer(struct libusb_transfer *transfer)
{
    fake.live_transfers -= transfer != NULL;
    free(transfer);
}

int libusb_submit_transfer(struct libusb_transfer *transfer)
{
    int number = fake_call(FAKE_SUBMIT);
    pthread_mutex_lock(&fake.lock);
    if (number == 0 && fake_is_gone(transfer->dev_handle)) {
        number = LIBUSB_ERROR_NO_DEVICE;
    } else if (number == 0 && fake.submits_good == 0) {
        number = fake.submit_number;
    } else if (number == 0) {
        fake.submits_good -= fake.submits_good > 0;
        fake.cancelled[fake.flying_count] = false;
        fake.flying[fake.flying_count++] = transfer;
        pthread_cond_broadcast(&fake.changed);
    }
    pthread_mutex_unlock(&fake.lock);
    return number;
}

int libusb_cancel_transfer(struct libusb_transfer *transfer)
{
    int fault = fake_call(FAKE_CANCEL);
    int number = fault != 0 ? fault : LIBUSB_ERROR_NOT_FOUND;
    pthread_mutex_lock(&fake.lock);
    for (int i = 0; i < fake.flying_count; i++) {
        if (fake.flying[i] == transfer && fault == 0) {
            fake.cancelled[i] = true;
            number = 0;
        }
    }
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
    return number;
}

static void fake_go_wrong(struct libusb_transfer *transfer)
{
    static const int divisors[FAKE_PARTS] = {
        [FAKE_EMPTY] = INT_MAX, [FAKE_SHORT] = 3, [FAKE_FULL] = 1};
    const struct fake_mishap *mishap = &fake.mishap;
    transfer->status = (enum libusb_transfer_status)mishap->status;
    transfer->actual_length /= divisors[mishap->part];
    fake.halted = mishap->status == LIBUSB_TRANSFER_STALL;
    transfer->dev_handle->gone = mishap->status == LIBUSB_TRANSFER_NO_DEVICE;
}

/* Once it is halted or gone, all transfers end so. */
static struct libusb_transfer *fake_refuse(void)
{
    if (fake.flying_count == 0) {
        return NULL;
    }
    bool gone = fake_is_gone(fake.flying[0]->dev_handle);
    if (!gone && !fake.halted) {
        return NULL;
    }
    struct libusb_transfer *transfer = fake_take(0);
    transfer->status = gone ? LIBUSB_TRANSFER_NO_DEVICE : LIBUSB_TRANSFER_STALL;
    transfer->actual_length = 0;
    return transfer;
}

/* The device's own data, for the first transfer. */
static struct libusb_transfer *fake_bulk(void)
{
    if (fake.bulk == NULL || fake.flying_count == 0) {
        return NULL;
    }
    struct libusb_transfer *transfer = fake.flying[0];
    size_t n = fake.bulk(transfer->buffer, (size_t)transfer->length);
    if (n == 0) {
        return NULL;
    }
    transfer->status = LIBUSB_TRANSFER_COMPLETED;
    transfer->actual_length = (int)n;
    fake.bulks++;
    if (fake.bulks == fake.mishap.at) {
        fake_go_wrong(transfer);
    }
    return fake_take(0);
}

/* Takes the transfer that is to complete now; NULL: none. */
static struct libusb_transfer *fake_complete(void)
{
    struct fake_answer answer = {.status = LIBUSB_TRANSFER_CANCELLED};
    int i = 0;
    while (i < fake.flying_count && !fake.cancelled[i]) {
        i++;
    }
    if (i == fake.flying_count || fake.keep_cancelled) {
        struct libusb_transfer *refused = fake_refuse();
        if (refused != NULL) {
            return refused;
        }
        if (fake.flying_count == 0 || fake.answer_next == fake.answer_count) {
            return fake_bulk();
        }
        answer = fake.answers[fake.answer_next++];
        i = 0;
    }
    struct libusb_transfer *transfer = fake_take(i);
    transfer->status = (enum libusb_transfer_status)answer.status;
    transfer->actual_length = answer.size;
    for (int k = 0; k < answer.size; k++) {
        transfer->buffer[k] = fake.count++;
    }
    return transfer;
}

int libusb_handle_events_timeout_completed(libusb_context *context,
                                           struct timeval *wait, int *completed)
{
    (void)wait;
    (void)completed;
    int number = fake_call(FAKE_EVENTS);
    if (number != 0) {
        return number;
    }
    pthread_mutex_lock(&fake.lock);
    bool told = fake.plugged && fake.on_hotplug != NULL;
    fake.plugged = fake.plugged && !told;
    struct libusb_transfer *transfer = told ? NULL : fake_complete();
    number = fake.events_number;
    if (transfer == NULL && !told) {
        struct timespec end;
        clock_gettime(CLOCK_MONOTONIC, &end);
        end.tv_nsec += 20000000;
        if (end.tv_nsec >= 1000000000) {
            end.tv_nsec -= 1000000000;
            end.tv_sec++;
        }
        pthread_cond_timedwait(&fake.changed, &fake.lock, &end);
    }
    pthread_mutex_unlock(&fake.lock);
    if (told) {
        fake.on_hotplug(context, &fake.devices[0],
                        LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED,
                        fake.on_hotplug_argument);
    }
    if (transfer != NULL) {
        transfer->callback(transfer);
    }
    return number;
}

int libusb_has_capability(uint32_t capability)
{
    return capability == LIBUSB_CAP_HAS_HOTPLUG && !fake.no_hotplug;
}

int libusb_hotplug_register_callback(libusb_context *context, int events,
                                     int flags, int vendor, int product,
                                     int class, libusb_hotplug_callback_fn call,
                                     void *argument,
                                     libusb_hotplug_callback_handle *out)
{
    (void)context;
    (void)events;
    (void)flags;
    (void)vendor;
    (void)product;
    (void)class;
    (void)out;
    int number = fake_call(FAKE_HOTPLUG);
    if (number == 0) {
        pthread_mutex_lock(&fake.lock);
        fake.on_hotplug = call;
        fake.on_hotplug_argument = argument;
        pthread_mutex_unlock(&fake.lock);
    }
    return number;
}

void libusb_interrupt_event_handler(libusb_context *context)
{
    (void)context;
    pthread_mutex_lock(&fake.lock);
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name): see above */

#endif

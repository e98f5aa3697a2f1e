/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RP2040 registers that the firmware uses; names and numbers as in the RP2040
 * data sheet, whose section stands beside each block. Peripheral registers can
 * be changed bit by bit without reading them first, through two aliases of
 * each (2.1.2); the USB's memory and the core's own registers cannot.
 */
#ifndef FIRMWARE_NANO_RP2040_RP2040_H
#define FIRMWARE_NANO_RP2040_RP2040_H

#include <stdint.h>

static inline volatile uint32_t *reg(uint32_t address)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): registers are fixed there */
    return (volatile uint32_t *)(uintptr_t)address;
}

static inline uint32_t reg_get(uint32_t address)
{
    return *reg(address);
}

static inline void reg_put(uint32_t address, uint32_t value)
{
    *reg(address) = value;
}

static inline void reg_set(uint32_t address, uint32_t bits)
{
    *reg(address + 0x2000u) = bits;
}

static inline void reg_clear(uint32_t address, uint32_t bits)
{
    *reg(address + 0x3000u) = bits;
}

#define BIT(n) (1u << (n))

/* Memory (2.2) */
#define XIP_BASE 0x10000000u
#define SRAM_BASE 0x20000000u

/* SSI: the flash's controller (4.10.13) */
#define SSI_BASE 0x18000000u
#define SSI_CTRLR0 (SSI_BASE + 0x00u) /* 20:16 frame length - 1, 9:8 mode */
#define SSI_SSIENR (SSI_BASE + 0x08u)
#define SSI_SER (SSI_BASE + 0x10u)
#define SSI_BAUDR (SSI_BASE + 0x14u)
#define SSI_SR (SSI_BASE + 0x28u)
#define SSI_DR0 (SSI_BASE + 0x60u)
#define SSI_CTRLR0_BYTES (7u << 16) /* 8 bits a frame, sent and received */
#define SSI_SR_TFNF BIT(1)          /* room to send */
#define SSI_SR_RFNE BIT(3)          /* something received */

/* Flash pins (2.19.6): GPIO_QSPI_SS_CTRL */
#define IO_QSPI_SS_CTRL 0x4001800cu
#define IO_QSPI_INTR 0x40018030u
#define IO_QSPI_INTE 0x40018034u
#define IO_QSPI_SS_EDGES (BIT(6) | BIT(7)) /* falling and rising */
#define IO_OUTOVER_MASK (3u << 8)
#define IO_OUTOVER_LOW (2u << 8)
#define IO_OUTOVER_HIGH (3u << 8)
#define IO_OEOVER_MASK (3u << 12)
#define IO_OEOVER_DISABLE (2u << 12)
#define IO_OEOVER_ENABLE (3u << 12)

/* Chip (2.20) */
#define SYSINFO_CHIP_ID 0x40000000u /* 31:28 revision */
#define CHIP_B0_B1 1u

/* Clocks (2.15.7) */
#define CLOCKS_BASE 0x40008000u
#define CLK_REF_CTRL (CLOCKS_BASE + 0x30u)
#define CLK_REF_SELECTED (CLOCKS_BASE + 0x38u)
#define CLK_SYS_CTRL (CLOCKS_BASE + 0x3cu)
#define CLK_SYS_SELECTED (CLOCKS_BASE + 0x44u)
#define CLK_PERI_CTRL (CLOCKS_BASE + 0x48u)
#define CLK_USB_CTRL (CLOCKS_BASE + 0x54u)
#define CLK_REF_XOSC 2u
#define CLK_SYS_AUX BIT(0)
#define CLK_SYS_AUX_PLL_USB (1u << 5)
#define CLK_ENABLE BIT(11)

/* Oscillator (2.16.7) */
#define XOSC_BASE 0x40024000u
#define XOSC_CTRL (XOSC_BASE + 0x00u)
#define XOSC_STATUS (XOSC_BASE + 0x04u)
#define XOSC_STARTUP (XOSC_BASE + 0x0cu)
#define XOSC_1_15_MHZ 0xaa0u
#define XOSC_ENABLE (0xfabu << 12)
#define XOSC_STABLE BIT(31)

/* PLL (2.18.4) */
#define PLL_USB_BASE 0x4002c000u
#define PLL_CS (PLL_USB_BASE + 0x0u)
#define PLL_PWR (PLL_USB_BASE + 0x4u)
#define PLL_FBDIV (PLL_USB_BASE + 0x8u)
#define PLL_PRIM (PLL_USB_BASE + 0xcu) /* 18:16 and 14:12 dividers */
#define PLL_LOCK BIT(31)
#define PLL_PWR_PD BIT(0)
#define PLL_PWR_POSTDIVPD BIT(3)
#define PLL_PWR_VCOPD BIT(5)

/* Resets (2.14.3) */
#define RESETS_RESET 0x4000c000u
#define RESETS_DONE 0x4000c008u
#define RESET_I2C0 BIT(3)
#define RESET_IO_BANK0 BIT(5)
#define RESET_PADS_BANK0 BIT(8)
#define RESET_PLL_USB BIT(13)
#define RESET_TIMER BIT(21)
#define RESET_USBCTRL BIT(24)

/* Chip-level reset, and which one it was (2.12.8) */
#define CHIP_RESET 0x40064008u
#define CHIP_RESET_HAD_POR BIT(8)
#define CHIP_RESET_HAD_RUN BIT(16)
#define CHIP_RESET_HAD_PSM BIT(20)

/* Power-on state machine (2.13.5): what the watchdog resets */
#define PSM_WDSEL 0x40010008u
#define PSM_WDSEL_ALL 0x0001ffffu
#define PSM_WDSEL_ROSC BIT(0)
#define PSM_WDSEL_XOSC BIT(1)

/* Watchdog (4.7.6) */
#define WATCHDOG_BASE 0x40058000u
#define WATCHDOG_CTRL (WATCHDOG_BASE + 0x00u)
#define WATCHDOG_LOAD (WATCHDOG_BASE + 0x04u)
#define WATCHDOG_REASON (WATCHDOG_BASE + 0x08u)
#define WATCHDOG_SCRATCH4 (WATCHDOG_BASE + 0x1cu)
#define WATCHDOG_TICK (WATCHDOG_BASE + 0x2cu)
#define WATCHDOG_TRIGGER BIT(31)
#define WATCHDOG_ENABLE BIT(30)
#define WATCHDOG_PAUSE (7u << 24) /* while a debugger holds a core */
#define WATCHDOG_REASON_TIMER BIT(0)
#define WATCHDOG_REASON_FORCE BIT(1)
#define WATCHDOG_TICK_ENABLE BIT(9)

/* Timer (4.6.5) */
#define TIMER_BASE 0x40054000u
#define TIMER_ALARM(n) (TIMER_BASE + 0x10u + 4u * (n))
#define TIMER_ARMED (TIMER_BASE + 0x20u)
#define TIMER_RAWH (TIMER_BASE + 0x24u)
#define TIMER_RAWL (TIMER_BASE + 0x28u)
#define TIMER_INTR (TIMER_BASE + 0x34u)
#define TIMER_INTE (TIMER_BASE + 0x38u)

/* Pins (2.19.6) */
#define IO_BANK0_BASE 0x40014000u
#define GPIO_CTRL(pin) (IO_BANK0_BASE + 8u * (pin) + 4u)
#define GPIO_INTR(pin) (IO_BANK0_BASE + 0xf0u + 4u * ((pin) / 8u))
#define GPIO_INTE(pin) (IO_BANK0_BASE + 0x100u + 4u * ((pin) / 8u))
#define GPIO_EDGE_HIGH(pin) BIT(4u * ((pin) % 8u) + 3u)
#define GPIO_FUNC_I2C 3u
#define GPIO_FUNC_SIO 5u
#define GPIO_FUNC_USB 8u /* of the USB's digital side */
#define GPIO_OEOVER_DISABLE (2u << 12)
#define GPIO_INOVER_HIGH (3u << 16)
#define PADS_BANK0(pin) (0x4001c000u + 4u + 4u * (pin))
#define PAD_SCHMITT BIT(1)
#define PAD_PULL_DOWN BIT(2)
#define PAD_PULL_UP BIT(3)
#define PAD_DRIVE_4MA BIT(4)
#define PAD_INPUT BIT(6)

/* Single-cycle pins (2.3.1.7) */
#define SIO_BASE 0xd0000000u
#define SIO_GPIO_IN (SIO_BASE + 0x04u)
#define SIO_GPIO_HI_IN (SIO_BASE + 0x08u)
#define SIO_HI_QSPI_SS BIT(1)
#define SIO_OUT_SET (SIO_BASE + 0x14u)
#define SIO_OUT_CLR (SIO_BASE + 0x18u)
#define SIO_OE_SET (SIO_BASE + 0x24u)
#define SIO_OE_CLR (SIO_BASE + 0x28u)

/* I2C (4.3.17) */
#define I2C0_BASE 0x40044000u
#define I2C_CON (I2C0_BASE + 0x00u)
#define I2C_TAR (I2C0_BASE + 0x04u)
#define I2C_DATA_CMD (I2C0_BASE + 0x10u)
#define I2C_FS_SCL_HCNT (I2C0_BASE + 0x1cu)
#define I2C_FS_SCL_LCNT (I2C0_BASE + 0x20u)
#define I2C_INTR_MASK (I2C0_BASE + 0x30u)
#define I2C_RAW_INTR_STAT (I2C0_BASE + 0x34u)
#define I2C_RX_TL (I2C0_BASE + 0x38u)
#define I2C_TX_TL (I2C0_BASE + 0x3cu)
#define I2C_CLR_INTR (I2C0_BASE + 0x40u)
#define I2C_CLR_TX_ABRT (I2C0_BASE + 0x54u)
#define I2C_CLR_STOP_DET (I2C0_BASE + 0x60u)
#define I2C_ENABLE (I2C0_BASE + 0x6cu)
#define I2C_RXFLR (I2C0_BASE + 0x78u)
#define I2C_SDA_HOLD (I2C0_BASE + 0x7cu)
#define I2C_ENABLE_STATUS (I2C0_BASE + 0x9cu)
#define I2C_FS_SPKLEN (I2C0_BASE + 0xa0u)
#define I2C_CON_MASTER BIT(0)
#define I2C_CON_FAST (2u << 1)
#define I2C_CON_RESTART BIT(5)
#define I2C_CON_NO_SLAVE BIT(6)
#define I2C_CON_TX_EMPTY BIT(8)
#define I2C_CMD_READ BIT(8)
#define I2C_CMD_STOP BIT(9)
#define I2C_CMD_RESTART BIT(10)
#define I2C_RX_FULL BIT(2)
#define I2C_TX_ABRT BIT(6)
#define I2C_STOP_DET BIT(9)

/* USB memory (4.1.2.5): words only, no aliases */
#define USB_DPRAM 0x50100000u
#define USB_SETUP_PACKET (USB_DPRAM + 0x00u)
#define USB_EP1_IN_CTRL (USB_DPRAM + 0x08u)
#define USB_EP0_IN_BUF (USB_DPRAM + 0x80u)
#define USB_EP0_OUT_BUF (USB_DPRAM + 0x84u)
#define USB_EP1_IN_BUF (USB_DPRAM + 0x88u)
#define USB_EP0_DATA (USB_DPRAM + 0x100u)
#define USB_EP1_DATA_OFFSET 0x180u
#define USB_DPRAM_BYTES 0x1000u
#define USB_EP_ENABLE BIT(31)
#define USB_EP_DOUBLE BIT(30)
#define USB_EP_INT_EACH BIT(29) /* after each buffer */
#define USB_EP_INT_PAIR BIT(28) /* after each two buffers */
#define USB_EP_BULK (2u << 26)
#define USB_BUF_FULL BIT(15)
#define USB_BUF_LAST BIT(14)
#define USB_BUF_DATA1 BIT(13)
#define USB_BUF_SEL BIT(12) /* go on with the first of two buffers */
#define USB_BUF_STALL BIT(11)
#define USB_BUF_AVAIL BIT(10)

/* USB controller (4.1.4) */
#define USB_BASE 0x50110000u
#define USB_ADDR_ENDP (USB_BASE + 0x00u)
#define USB_MAIN_CTRL (USB_BASE + 0x40u)
#define USB_SOF_RD (USB_BASE + 0x48u)
#define USB_SIE_CTRL (USB_BASE + 0x4cu)
#define USB_SIE_STATUS (USB_BASE + 0x50u)
#define USB_BUFF_STATUS (USB_BASE + 0x58u)
#define USB_EP_ABORT (USB_BASE + 0x60u) /* bits as of BUFF_STATUS */
#define USB_EP_ABORT_DONE (USB_BASE + 0x64u)
#define USB_EP_STALL_ARM (USB_BASE + 0x68u)
#define USB_MUXING (USB_BASE + 0x74u)
#define USB_PWR (USB_BASE + 0x78u)
#define USB_PHY_DIRECT (USB_BASE + 0x7cu)
#define USB_PHY_OVERRIDE (USB_BASE + 0x80u)
#define USB_INTE (USB_BASE + 0x90u)
#define USB_INTS (USB_BASE + 0x98u)
#define USB_MAIN_ENABLE BIT(0)
#define USB_SIE_EP0_INT BIT(29)
#define USB_SIE_PULLUP BIT(16)
#define USB_SIE_BUS_RESET BIT(19) /* SIE_STATUS */
#define USB_SIE_SETUP BIT(17)
#define USB_SIE_CONNECTED BIT(16)
#define USB_SIE_LINE_STATE (3u << 2) /* 0: both lines low, a reset */
#define USB_SIE_RESUME BIT(11)
#define USB_SIE_SUSPENDED BIT(4)
#define USB_STALL_ARM_EP0 3u
#define USB_MUX_TO_PHY BIT(0)
#define USB_MUX_TO_PADS BIT(2)
#define USB_MUX_SOFTCON BIT(3)
#define USB_PHY_DP_PULLUP BIT(1)
#define USB_PHY_OVERRIDE_DP_PULLUP BIT(2)
#define USB_PWR_VBUS BIT(3)
#define USB_PWR_VBUS_OVERRIDE BIT(2)
#define USB_INT_SOF BIT(17)
#define USB_INT_SETUP BIT(16)
#define USB_INT_RESUME BIT(15)
#define USB_INT_SUSPEND BIT(14)
#define USB_INT_BUS_RESET BIT(12)
#define USB_INT_BUFF BIT(4)
#define USB_BUFF_EP0_IN BIT(0)
#define USB_BUFF_EP0_OUT BIT(1)
#define USB_BUFF_EP1_IN BIT(2)

/* Core (2.4.8; ARMv6-M Architecture Reference Manual) */
#define SYST_CSR 0xe000e010u
#define SYST_RVR 0xe000e014u
#define SYST_CVR 0xe000e018u
#define SYST_ENABLE BIT(0)
#define SYST_INTERRUPT BIT(1)
#define SYST_PROCESSOR BIT(2) /* counts the processor's clock */
#define NVIC_ISER 0xe000e100u
#define NVIC_ICPR 0xe000e280u
#define NVIC_IPR(n) (0xe000e400u + 4u * (n)) /* four interrupts each */
#define SCB_ICSR 0xe000ed04u
#define SCB_VTOR 0xe000ed08u
#define SCB_SHPR3 0xe000ed20u /* 31:24 the system tick's priority */
#define MPU_CTRL 0xe000ed94u
#define MPU_RBAR 0xe000ed9cu
#define MPU_RASR 0xe000eda0u

/* Interrupt numbers (2.3.2) */
enum irq {
    IRQ_TIMER_0 = 0,
    IRQ_TIMER_1 = 1,
    IRQ_TIMER_2 = 2,
    IRQ_TIMER_3 = 3,
    IRQ_USBCTRL = 5,
    IRQ_IO_BANK0 = 13,
    IRQ_IO_QSPI = 14,
    IRQ_I2C0 = 23,
    IRQ_COUNT = 26,
};

static inline void irq_enable(enum irq irq)
{
    reg_put(NVIC_ICPR, BIT(irq));
    reg_put(NVIC_ISER, BIT(irq));
}

/* Takes a block of `bits` (RESET_...) out of reset and waits until it is. */
static inline void unreset(uint32_t bits)
{
    reg_clear(RESETS_RESET, bits);
    while ((reg_get(RESETS_DONE) & bits) != bits) {
    }
}

#endif

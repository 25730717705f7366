package jp.ekitei.android.logic

/**
 * What holding the live line costs, on paper. The figures are those of docs/BATTERY.md; a phone's own measurement replaces them.
 * Energy in joules, power in watts.
 *
 * @param percent of the battery that duty may take in [hours]
 */
class BatteryBudget(
    private val percent: Double = PERCENT,
    private val hours: Double = HOURS,
    private val batteryMah: Double = BATTERY_MAH,
) {
    /** Energy of a full battery. */
    fun fullJ(): Double = batteryMah / 1000 * VOLTS * 3600

    fun budgetJ(): Double = fullJ() * percent / 100

    /** One silence ended: the processor wakes, one small packet each way, then the radio's tail. */
    fun wakeJ(line: KeepAlive.Line): Double = CPU_WAKE_J + radioJ(line)

    /** One hint with the delivery that follows it. */
    fun hintJ(line: KeepAlive.Line): Double = DELIVERY_J + radioJ(line)

    /** Of the whole battery, in percent. */
    fun percentFor(line: KeepAlive.Line, keepAliveMs: Long, hints: Int): Double =
        (wakes(keepAliveMs) * wakeJ(line) + hints * hintJ(line)) / fullJ() * 100

    fun affords(line: KeepAlive.Line, keepAliveMs: Long, hints: Int): Boolean =
        percentFor(line, keepAliveMs, hints) <= percent

    /** The shortest silence that stays within the budget when [hints] come. The longest one when they alone use it up. */
    fun floorMs(line: KeepAlive.Line, hints: Int = HINTS): Long {
        val leftJ = budgetJ() - hints * hintJ(line)
        val wakes = leftJ / wakeJ(line)
        if (wakes < 1) return KeepAlive.MAX_MS
        return Math.ceil(hours * HOUR_MS / wakes).toLong().coerceIn(KeepAlive.MIN_MS, KeepAlive.MAX_MS)
    }

    private fun wakes(keepAliveMs: Long): Double = hours * HOUR_MS / keepAliveMs

    private fun radioJ(line: KeepAlive.Line): Double =
        if (line == KeepAlive.Line.CELLULAR) LTE_PROMOTION_J + LTE_TAIL_J else WIFI_J

    companion object {
        const val PERCENT = 5.0
        const val HOURS = 8.0
        const val HOUR_MS = 3_600_000.0

        /** A phone of 2022 of the middle class. */
        const val BATTERY_MAH = 4000.0
        const val VOLTS = 3.85

        /**
         * LTE: 0.26 s at 1.21 W to leave idle, then a tail of 11.6 s at 1.06 W. Source: Huang et al., "A Close Examination of
         * Performance and Power Characteristics of 4G LTE Networks", MobiSys 2012.
         */
        const val LTE_PROMOTION_J = 0.26 * 1.21
        const val LTE_TAIL_J = 11.6 * 1.06

        /** Wi-Fi in power saving: 0.24 s at 0.4 W. Same source, rounded up. */
        const val WIFI_J = 0.24 * 0.4

        /** One second of one core awake, and five for a delivery. Estimates. */
        const val CPU_WAKE_J = 0.6
        const val DELIVERY_J = 3.0

        /** Hints that an eight-hour duty is expected to bring. */
        const val HINTS = 60
    }
}

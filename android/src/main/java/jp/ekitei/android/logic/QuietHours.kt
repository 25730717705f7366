package jp.ekitei.android.logic

/**
 * When nobody may be disturbed unless it is an emergency: outside working hours and on days off.
 *
 * @param opensMin first minute of the working day, from midnight
 * @param closesMin first minute after it
 * @param holidays days off besides Saturday and Sunday, `2026-11-23`
 */
data class QuietHours(
    val opensMin: Int = 8 * 60 + 45,
    val closesMin: Int = 17 * 60 + 30,
    val holidays: Set<String> = emptySet(),
) {
    init {
        require(opensMin in 0 until closesMin && closesMin <= DAY_MIN) { "the working day must lie within one day" }
    }

    /** [offsetMin]: minutes east of UTC. */
    fun isQuiet(nowMs: Long, offsetMin: Int): Boolean {
        val local = Local.of(nowMs, offsetMin)
        return isDayOff(local.day) || local.minute < opensMin || local.minute >= closesMin
    }

    /** Milliseconds until it is quiet no longer; 0 when it is not quiet now. */
    fun endsInMs(nowMs: Long, offsetMin: Int): Long {
        if (!isQuiet(nowMs, offsetMin)) return 0
        val local = Local.of(nowMs, offsetMin)
        var day = local.day
        if (local.minute >= opensMin) day++
        // A list of holidays that fills the year must not hang the phone.
        var left = MAX_DAYS_OFF
        while (isDayOff(day) && left-- > 0) day++
        return (day * DAY_MIN + opensMin - offsetMin) * MINUTE_MS - nowMs
    }

    private fun isDayOff(day: Long): Boolean {
        // 1970-01-01 was a Thursday: 0 is Monday.
        val weekday = Math.floorMod(day + 3, 7L)
        return weekday >= 5 || Local.date(day) in holidays
    }

    /** A local day (days since 1970-01-01) and the minute in it. */
    class Local private constructor(val day: Long, val minute: Int) {
        companion object {
            fun of(nowMs: Long, offsetMin: Int): Local {
                val minutes = Math.floorDiv(nowMs, MINUTE_MS) + offsetMin
                return Local(Math.floorDiv(minutes, DAY_MIN.toLong()), Math.floorMod(minutes, DAY_MIN.toLong()).toInt())
            }

            fun date(day: Long): String = java.time.LocalDate.ofEpochDay(day).toString()
        }
    }

    private companion object {
        const val MINUTE_MS = 60_000L
        const val DAY_MIN = 24 * 60
        const val MAX_DAYS_OFF = 40
    }
}

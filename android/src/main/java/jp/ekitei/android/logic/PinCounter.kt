package jp.ekitei.android.logic

/**
 * Wrong PINs, counted on the disk **before** each try, with a growing delay between them. The second line behind the core's own
 * count in `queue.db`: whoever makes that file unreadable gains no further tries.
 *
 * The delay runs on the time since the phone was switched on. A restart is told by that time having gone back; the delay then
 * counts from the restart, so switching off and on gains nothing.
 */
class PinCounter(private val clocks: Clocks, private val shelf: Shelf) {
    private data class Tries(val wrong: Int, val upMs: Long)

    /** Milliseconds until the next try; 0: it is counted as wrong already and may go on. */
    @Synchronized
    fun begin(): Long {
        val upMs = clocks.upMs()
        val before = read()
        val wait = waitMs(before, upMs)
        val after = when {
            wait == 0L -> Tries(if (before.wrong == Int.MAX_VALUE) before.wrong else before.wrong + 1, upMs)
            // Restarted: what is left to wait begins with the restart.
            before.upMs > upMs -> before.copy(upMs = 0)
            else -> before
        }
        if (after != before) shelf.write("${after.wrong},${after.upMs}")
        return wait
    }

    /** The PIN was right. */
    @Synchronized
    fun succeeded() = shelf.write(null)

    /** Milliseconds until the next try, without counting one. */
    @Synchronized
    fun waitMs(): Long = waitMs(read(), clocks.upMs())

    private fun waitMs(tries: Tries, upMs: Long): Long {
        val passed = if (tries.upMs <= upMs) upMs - tries.upMs else upMs
        return (delayMs(tries.wrong) - passed).coerceAtLeast(0)
    }

    private fun read(): Tries {
        val text = shelf.read() ?: return Tries(0, 0)
        val (wrong, upMs) = text.split(',').map { it.toLongOrNull() }.let { it.getOrNull(0) to it.getOrNull(1) }
        // Unreadable: somebody was at it. The longest delay, from now on.
        if (wrong == null || upMs == null || wrong < 0 || upMs < 0) return Tries(LONGEST_AFTER, clocks.upMs())
        return Tries(wrong.coerceAtMost(Int.MAX_VALUE.toLong()).toInt(), upMs)
    }

    companion object {
        private const val LONGEST_AFTER = 9

        /** How long after the n-th wrong PIN the next one is refused; the same as in the core. */
        fun delayMs(wrong: Int): Long = when (wrong) {
            in 0..4 -> 0
            5 -> 30_000
            6 -> 60_000
            7 -> 5 * 60_000
            8 -> 15 * 60_000
            else -> 60 * 60_000
        }
    }
}

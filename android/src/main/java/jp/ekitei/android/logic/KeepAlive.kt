package jp.ekitei.android.logic

/**
 * How long the live line may stay silent before something must be sent, learned for each kind of line.
 *
 * Routers and carriers forget a silent connection after a time that nobody tells. Each silence that was survived lengthens the
 * next one; a line that is found dead after a silence shortens it. Between the longest good and the shortest bad silence the
 * middle is tried, until they are close together.
 *
 * @param floorMs what the battery affords: a line that forgets sooner is let go, and its hints come late
 */
class KeepAlive(private val clocks: Clocks, private val shelf: Shelf, private val floorMs: (Line) -> Long = { MIN_MS }) {
    enum class Line { CELLULAR, WIFI, OTHER }

    private data class Learned(val nextMs: Long, val goodMs: Long, val badMs: Long?, val badAtMs: Long)

    private val learned: MutableMap<Line, Learned> = decode(shelf.read())

    /** The silence to allow now on this kind of line, in milliseconds. */
    @Synchronized
    fun intervalMs(line: Line): Long =
        fresh(line).nextMs.coerceIn(floorMs(line).coerceIn(MIN_MS, MAX_MS), MAX_MS)

    /** After a silence of [silentMs] the office still answered. */
    @Synchronized
    fun survived(line: Line, silentMs: Long) {
        val before = fresh(line)
        // A silence much shorter than the one tried (other traffic came first) teaches nothing.
        if (silentMs + SLACK_MS < before.nextMs) return
        val goodMs = maxOf(before.goodMs, minOf(silentMs, MAX_MS))
        // What is now known to be good cannot be bad: the old bad one was another accident.
        val badMs = before.badMs?.takeIf { it > goodMs }
        keep(line, before.copy(nextMs = longer(goodMs, badMs), goodMs = goodMs, badMs = badMs))
    }

    /** After a silence of [silentMs] the line was dead although the phone had not changed its network. */
    @Synchronized
    fun lostAfter(line: Line, silentMs: Long) {
        val before = fresh(line)
        // Died while it was in use: not a matter of silence.
        if (silentMs + SLACK_MS < MIN_MS) return
        val badMs = minOf(before.badMs ?: Long.MAX_VALUE, maxOf(silentMs, MIN_MS))
        // Another router than yesterday's: the good one counts no longer.
        val goodMs = if (before.goodMs < badMs) before.goodMs else badMs / 2
        val nextMs = if (goodMs >= MIN_MS) goodMs else badMs / 2
        keep(line, Learned(bounded(nextMs), goodMs, badMs, clocks.nowMs()))
    }

    private fun longer(goodMs: Long, badMs: Long?): Long = when {
        badMs == null -> goodMs + goodMs / 2
        badMs - goodMs <= CLOSE_MS -> goodMs
        else -> goodMs + (badMs - goodMs) / 2
    }

    /** A bad silence is forgotten after a day (or when the clock was set back): lines change. */
    private fun fresh(line: Line): Learned {
        val known = learned[line] ?: return Learned(START_MS, 0, null, 0)
        val ageMs = clocks.nowMs() - known.badAtMs
        if (known.badMs == null || ageMs in 0..FORGET_MS) return known
        return known.copy(badMs = null).also { learned[line] = it }
    }

    private fun keep(line: Line, value: Learned) {
        val now = value.copy(nextMs = bounded(value.nextMs))
        if (learned.put(line, now) != now) shelf.write(encode())
    }

    private fun bounded(ms: Long): Long = ms.coerceIn(MIN_MS, MAX_MS)

    private fun encode(): String = learned.entries.joinToString(";") { (line, it) ->
        "${line.name},${it.nextMs},${it.goodMs},${it.badMs ?: -1},${it.badAtMs}"
    }

    companion object {
        const val MIN_MS = 60_000L
        const val MAX_MS = 28 * 60_000L
        const val START_MS = 4 * 60_000L
        const val CLOSE_MS = 30_000L
        const val FORGET_MS = 24 * 3_600_000L

        /** Timers of a sleeping phone come late, never early; traffic may shorten a silence by so much. */
        const val SLACK_MS = 5_000L

        private fun decode(text: String?): MutableMap<Line, Learned> {
            val known = mutableMapOf<Line, Learned>()
            for (entry in text.orEmpty().split(';')) {
                val parts = entry.split(',')
                val line = Line.entries.firstOrNull { it.name == parts[0] } ?: continue
                val numbers = parts.drop(1).mapNotNull { it.toLongOrNull() }
                if (numbers.size != 4 || numbers[0] !in MIN_MS..MAX_MS || numbers[1] !in 0..MAX_MS) continue
                known[line] = Learned(numbers[0], numbers[1], numbers[2].takeIf { it > 0 }, numbers[3])
            }
            return known
        }
    }
}

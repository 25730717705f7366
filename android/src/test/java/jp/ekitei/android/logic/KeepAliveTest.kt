package jp.ekitei.android.logic

import jp.ekitei.android.logic.KeepAlive.Line
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

class KeepAliveTest {
    private val clocks = TestClocks()
    private val shelf = TestShelf()
    private val keep = KeepAlive(clocks, shelf)

    /** A line that forgets after [limitMs]: each round tries the present silence. */
    private fun live(on: KeepAlive, line: Line, limitMs: Long, rounds: Int) = repeat(rounds) {
        val silent = on.intervalMs(line)
        clocks.pass(silent)
        if (silent < limitMs) on.survived(line, silent) else on.lostAfter(line, silent)
    }

    @Test
    fun `lengthens until the line's time-out shows and stays just below it`() {
        val limit = 11 * MINUTE + 20_000
        live(keep, Line.CELLULAR, limit, 20)
        val found = keep.intervalMs(Line.CELLULAR)
        assertTrue("$found", found < limit && limit - found <= KeepAlive.CLOSE_MS * 2)
        // Once found, no further loss: twenty more rounds all survive.
        val before = found
        live(keep, Line.CELLULAR, limit, 20)
        assertEquals(before, keep.intervalMs(Line.CELLULAR))
    }

    @Test
    fun `every time-out between the bounds is found with few losses`() {
        for (seconds in 61..1700 step 37) {
            val clocks = TestClocks()
            val keep = KeepAlive(clocks, TestShelf())
            val limit = seconds * 1000L
            var losses = 0
            repeat(30) {
                val silent = keep.intervalMs(Line.WIFI)
                clocks.pass(silent)
                if (silent < limit) keep.survived(Line.WIFI, silent) else {
                    losses++
                    keep.lostAfter(Line.WIFI, silent)
                }
            }
            val found = keep.intervalMs(Line.WIFI)
            assertTrue("$seconds s: $found ms", found < limit || limit <= KeepAlive.MIN_MS)
            assertTrue("$seconds s: $found ms is far from it", limit - found <= 2 * KeepAlive.CLOSE_MS || found == KeepAlive.MAX_MS)
            assertTrue("$seconds s: $losses losses", losses <= 8)
        }
    }

    @Test
    fun `stays within its bounds`() {
        repeat(40) { keep.survived(Line.WIFI, keep.intervalMs(Line.WIFI)) }
        assertEquals(KeepAlive.MAX_MS, keep.intervalMs(Line.WIFI))
        repeat(40) { keep.lostAfter(Line.WIFI, keep.intervalMs(Line.WIFI)) }
        assertEquals(KeepAlive.MIN_MS, keep.intervalMs(Line.WIFI))
    }

    @Test
    fun `kinds of line are learned apart`() {
        keep.lostAfter(Line.CELLULAR, keep.intervalMs(Line.CELLULAR))
        assertTrue(keep.intervalMs(Line.CELLULAR) < KeepAlive.START_MS)
        assertEquals(KeepAlive.START_MS, keep.intervalMs(Line.WIFI))
        assertEquals(KeepAlive.START_MS, keep.intervalMs(Line.OTHER))
    }

    @Test
    fun `a break while the line was in use teaches nothing`() {
        keep.lostAfter(Line.WIFI, 12_000)
        keep.survived(Line.WIFI, 12_000)
        assertEquals(KeepAlive.START_MS, keep.intervalMs(Line.WIFI))
        assertEquals(0, shelf.writes)
    }

    @Test
    fun `another router than yesterday's shortens at once and a day later it is tried anew`() {
        live(keep, Line.WIFI, 20 * MINUTE, 20)
        val long = keep.intervalMs(Line.WIFI)
        keep.lostAfter(Line.WIFI, 3 * MINUTE)
        val short = keep.intervalMs(Line.WIFI)
        assertTrue("$short", short < 3 * MINUTE)
        live(keep, Line.WIFI, 3 * MINUTE, 5)
        clocks.pass(KeepAlive.FORGET_MS + 1)
        live(keep, Line.WIFI, 20 * MINUTE, 12)
        assertTrue(keep.intervalMs(Line.WIFI) > long / 2)
    }

    @Test
    fun `what was learned outlives the process and a damaged note is as none`() {
        live(keep, Line.CELLULAR, 9 * MINUTE, 12)
        val learned = keep.intervalMs(Line.CELLULAR)
        assertEquals(learned, KeepAlive(clocks, shelf).intervalMs(Line.CELLULAR))
        for (bad in listOf("", "CELLULAR", "CELLULAR,1,2", "CELLULAR,-5,0,0,0", "X,1,1,1,1", ";;;,,", "CELLULAR,99999999999,0,-1,0")) {
            assertEquals(bad, KeepAlive.START_MS, KeepAlive(clocks, TestShelf(bad)).intervalMs(Line.CELLULAR))
        }
    }

    @Test
    fun `never shorter than the battery affords`() {
        val floor = KeepAlive(clocks, TestShelf(), { if (it == Line.CELLULAR) 5 * MINUTE else 0 })
        repeat(10) { floor.lostAfter(Line.CELLULAR, floor.intervalMs(Line.CELLULAR)) }
        assertEquals(5 * MINUTE, floor.intervalMs(Line.CELLULAR))
        repeat(10) { floor.lostAfter(Line.WIFI, floor.intervalMs(Line.WIFI)) }
        assertEquals(KeepAlive.MIN_MS, floor.intervalMs(Line.WIFI))
    }

    @Test
    fun `a wall clock that was set back does not keep a bad silence for ever`() {
        keep.lostAfter(Line.WIFI, 4 * MINUTE)
        clocks.now -= 10 * 24 * HOUR
        live(keep, Line.WIFI, 10 * MINUTE, 15)
        assertTrue(keep.intervalMs(Line.WIFI) > 6 * MINUTE)
    }
}

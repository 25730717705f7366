package jp.ekitei.android.logic

import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

class PinCounterTest {
    private val clocks = TestClocks()
    private val shelf = TestShelf()
    private fun counter() = PinCounter(clocks, shelf)

    private fun wrong(times: Int) = repeat(times) {
        clocks.pass(counter().waitMs())
        assertEquals(0, counter().begin())
    }

    @Test
    fun `the delays are those of the core`() {
        val expected = listOf(0L, 0, 0, 0, 0, 30_000, 60_000, 300_000, 900_000, 3_600_000, 3_600_000)
        assertEquals(expected, (0..10).map(PinCounter::delayMs))
        assertEquals(3_600_000, PinCounter.delayMs(Int.MAX_VALUE))
    }

    @Test
    fun `a try is counted before it is made, so killing the app gains nothing`() {
        counter().begin()
        assertEquals("1,${clocks.up}", shelf.value)
    }

    @Test
    fun `the fifth wrong one begins the waiting, which ends on time`() {
        wrong(5)
        assertEquals(30_000, counter().begin())
        clocks.pass(29_999)
        assertEquals(1, counter().begin())
        clocks.pass(1)
        assertEquals(0, counter().begin())
        assertEquals(60_000, counter().waitMs())
    }

    @Test
    fun `asking while waiting neither counts nor lengthens`() {
        wrong(7)
        repeat(20) { counter().begin() }
        assertEquals(5 * MINUTE, counter().waitMs())
        assertTrue(shelf.value!!.startsWith("7,"))
    }

    @Test
    fun `success forgets`() {
        wrong(6)
        counter().succeeded()
        repeat(4) { assertEquals(0, counter().begin()) }
    }

    @Test
    fun `setting the wall clock does not help`() {
        wrong(9)
        clocks.now += 365 * 24 * HOUR
        assertEquals(HOUR, counter().begin())
    }

    @Test
    fun `a restart begins the delay anew and cannot be used to skip it`() {
        wrong(9)
        clocks.pass(50 * MINUTE)
        clocks.restart()
        assertEquals(HOUR, counter().begin())
        clocks.pass(10 * MINUTE)
        assertEquals(50 * MINUTE, counter().begin())
        // Even if the phone then runs as long as before the restart.
        clocks.pass(50 * MINUTE)
        assertEquals(0, counter().begin())
    }

    @Test
    fun `a note that was tampered with is the longest delay`() {
        for (bad in listOf("", "x", "-3,5", "7", "7,", "7,-1", ",,")) {
            shelf.value = bad
            assertEquals(bad, HOUR, counter().begin())
        }
    }
}

package jp.ekitei.android.logic

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import kotlin.random.Random

class SweepPlanTest {
    private val plan = SweepPlan(random = Random(7))
    private val night = FRIDAY_10_AM + 12 * HOUR

    private fun next(state: SweepPlan.State, now: Long = FRIDAY_10_AM) = plan.nextMs(state, now, JAPAN)

    @Test
    fun `unsent work goes at once, by day and by night`() {
        assertEquals(0, next(SweepPlan.State(waiting = 1)))
        assertEquals(0, next(SweepPlan.State(waiting = 1), night))
    }

    @Test
    fun `with nothing to send it looks seldom, at night more seldom, beside a live line most as a net`() {
        repeat(200) {
            assertTrue(next(SweepPlan.State(0)) in SweepPlan.EVERY_MS / 2 until SweepPlan.EVERY_MS)
            assertTrue(next(SweepPlan.State(0), night) in SweepPlan.QUIET_EVERY_MS / 2 until SweepPlan.QUIET_EVERY_MS)
            assertTrue(next(SweepPlan.State(0, live = true)) in SweepPlan.LIVE_NET_MS / 2 until SweepPlan.LIVE_NET_MS)
        }
    }

    @Test
    fun `the first look of the working day is not late, and the phones do not come together`() {
        val monday = FRIDAY_10_AM + 72 * HOUR
        val waits = List(200) { next(SweepPlan.State(0), monday - 2 * HOUR) }
        val opens = 45 * MINUTE
        assertTrue("$waits", waits.all { it in opens until opens + SweepPlan.MORNING_MS })
        assertTrue(waits.toSet().size > 150)
    }

    @Test
    fun `retries back off with jitter and have a ceiling`() {
        for (failures in 1..80) {
            val waits = List(50) { next(SweepPlan.State(waiting = 3, failures = failures)) }
            val ceiling = minOf(SweepPlan.MAX_RETRY_MS, SweepPlan.FIRST_RETRY_MS * (1L shl minOf(failures - 1, 20)))
            assertTrue("$failures", waits.all { it in SweepPlan.LEAST_RETRY_MS..ceiling + SweepPlan.LEAST_RETRY_MS })
            assertTrue("$failures: phones would come together", waits.toSet().size > 40)
        }
    }

    @Test
    fun `what the office asks for is respected, within reason`() {
        val soon = FRIDAY_10_AM + 90_000
        assertEquals(90_000, next(SweepPlan.State(waiting = 1, officeWakeMs = soon)))
        assertEquals(0, next(SweepPlan.State(waiting = 1, officeWakeMs = FRIDAY_10_AM - 5)))
        // A wall clock that jumped by a year must not put the phone to sleep.
        assertEquals(SweepPlan.MAX_RETRY_MS, next(SweepPlan.State(waiting = 1, officeWakeMs = FRIDAY_10_AM + 365 * 24 * HOUR)))
    }

    @Test
    fun `a process of screens that is frozen with the right to deliver is ended, one in front never`() {
        assertEquals(SweepPlan.ELSEWHERE_RETRY_MS, next(SweepPlan.State(waiting = 5, elsewhere = true)))
        assertFalse(plan.mustEndScreens(1, screensInFront = false))
        assertTrue(plan.mustEndScreens(2, screensInFront = false))
        assertFalse(plan.mustEndScreens(50, screensInFront = true))
    }

    @Test
    fun `overdue after a day, also when the clock was set`() {
        assertFalse(plan.isOverdue(null, FRIDAY_10_AM))
        assertFalse(plan.isOverdue(FRIDAY_10_AM - 24 * HOUR + 1, FRIDAY_10_AM))
        assertTrue(plan.isOverdue(FRIDAY_10_AM - 24 * HOUR, FRIDAY_10_AM))
        assertFalse(plan.isOverdue(FRIDAY_10_AM + HOUR, FRIDAY_10_AM))
        assertTrue(plan.isOverdue(FRIDAY_10_AM + 24 * HOUR, FRIDAY_10_AM))
    }
}

package jp.ekitei.android.logic

import jp.ekitei.android.logic.DutyPlan.Do
import jp.ekitei.android.logic.KeepAlive.Line
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import kotlin.random.Random

class DutyPlanTest {
    private val clocks = TestClocks()
    private val keep = KeepAlive(clocks, TestShelf())
    private val plan = DutyPlan(clocks, keep, SweepPlan(random = Random(3)))

    private fun List<Do>.wake() = filterIsInstance<Do.WakeIn>().last().afterMs

    @Test
    fun `the network comes - deliver, listen, and be woken`() {
        val first = plan.network(Line.CELLULAR)
        assertEquals(Do.Deliver(false), first[0])
        assertEquals(Do.Listen(KeepAlive.START_MS), first[1])
        assertTrue(first[2] is Do.WakeIn)
        assertFalse(plan.isOnline)
        assertEquals(KeepAlive.START_MS, plan.connected().wake())
        assertTrue(plan.isOnline)
    }

    @Test
    fun `without a network nothing is tried and no alarm is set`() {
        plan.network(Line.WIFI)
        plan.connected()
        assertEquals(listOf(Do.StopListening), plan.network(null))
        assertEquals(emptyList<Do>(), plan.tick())
        assertEquals(emptyList<Do>(), plan.lost(null))
        assertFalse(plan.isOnline)
    }

    @Test
    fun `the alarm at the end of a silence asks for a sign of life`() {
        plan.network(Line.WIFI)
        plan.connected()
        clocks.pass(KeepAlive.START_MS)
        assertEquals(Do.Ping, plan.tick().first())
    }

    @Test
    fun `an alarm that comes too early waits for the rest`() {
        plan.network(Line.WIFI)
        plan.connected()
        clocks.pass(MINUTE)
        assertEquals(listOf(Do.WakeIn(KeepAlive.START_MS - MINUTE)), plan.tick())
        plan.hint(urgent = false)
        clocks.pass(KeepAlive.START_MS - MINUTE)
        assertEquals("the hint was a sign of life", listOf(Do.WakeIn(MINUTE)), plan.tick())
    }

    @Test
    fun `a hint delivers, an urgent one says so`() {
        plan.network(Line.WIFI)
        plan.connected()
        assertEquals(Do.Deliver(true), plan.hint(urgent = true).first())
        assertEquals(Do.Deliver(false), plan.hint(urgent = false).first())
    }

    @Test
    fun `a survived silence lengthens the next and tells the line`() {
        plan.network(Line.WIFI)
        plan.connected()
        clocks.pass(KeepAlive.START_MS)
        val next = plan.kept(KeepAlive.START_MS)
        assertEquals(Do.Adjust(6 * MINUTE), next[0])
        assertEquals(6 * MINUTE, next.wake())
    }

    @Test
    fun `a silence that was too long shortens, another break does not`() {
        plan.network(Line.WIFI)
        plan.connected()
        assertTrue(plan.lost(null).none { it is Do.Adjust })
        plan.connected()
        val shorter = plan.lost(KeepAlive.START_MS).filterIsInstance<Do.Adjust>().single()
        assertTrue(shorter.keepAliveMs < KeepAlive.START_MS)
    }

    @Test
    fun `asleep the core's attempts stand still, so the alarm begins anew with growing pauses`() {
        plan.network(Line.CELLULAR)
        val pauses = (1..12).map {
            val wake = plan.tick().wake()
            clocks.pass(wake)
            val again = plan.tick()
            assertTrue("$again", again.any { it is Do.Listen } && again.first() == Do.Deliver(false))
            again.wake()
        }
        assertTrue("$pauses", pauses.all { it in DutyPlan.LEAST_RETRY_MS..SweepPlan.MAX_RETRY_MS + 2 * DutyPlan.LEAST_RETRY_MS })
        assertTrue("$pauses", pauses.takeLast(4).average() > pauses.take(2).average())
    }

    @Test
    fun `back after a break it fetches, since hints may be lost`() {
        plan.network(Line.WIFI)
        plan.connected()
        plan.lost(null)
        assertEquals(Do.Deliver(false), plan.connected().first())
    }

    @Test
    fun `when the core gives up it is asked again only seldom`() {
        plan.network(Line.WIFI)
        plan.connected()
        assertEquals(listOf(Do.WakeIn(SweepPlan.MAX_RETRY_MS)), plan.ended())
        clocks.pass(SweepPlan.MAX_RETRY_MS - 1)
        assertEquals(listOf(Do.WakeIn(1)), plan.tick())
    }

    @Test
    fun `eight hours of duty stay within the battery's budget`() {
        val budget = BatteryBudget()
        val keep = KeepAlive(clocks, TestShelf(), { budget.floorMs(it) })
        val plan = DutyPlan(clocks, keep, SweepPlan(random = Random(3)))
        plan.network(Line.CELLULAR)
        var wake = plan.connected().wake()
        var wakes = 0
        val end = clocks.up + 8 * HOUR
        while (clocks.up + wake < end) {
            clocks.pass(wake)
            wakes++
            val silent = keep.intervalMs(Line.CELLULAR)
            plan.tick()
            // This carrier forgets after six minutes.
            wake = if (silent < 6 * MINUTE) plan.kept(silent).wake() else {
                plan.lost(silent)
                plan.connected().wake()
            }
        }
        val spentJ = wakes * budget.wakeJ(Line.CELLULAR) + BatteryBudget.HINTS * budget.hintJ(Line.CELLULAR)
        assertTrue("$wakes wake-ups, $spentJ J", spentJ <= budget.budgetJ())
        assertTrue("$wakes", wakes > 50)
    }
}

package jp.ekitei.android.logic

import jp.ekitei.android.logic.KeepAlive.Line
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test

/** The arithmetic of docs/BATTERY.md. */
class BatteryBudgetTest {
    private val budget = BatteryBudget()

    @Test
    fun `a full battery and five percent of it`() {
        assertEquals(55_440.0, budget.fullJ(), 0.1)
        assertEquals(2_772.0, budget.budgetJ(), 0.1)
    }

    @Test
    fun `one wake-up and one hint on LTE`() {
        assertEquals(13.21, budget.wakeJ(Line.CELLULAR), 0.01)
        assertEquals(15.61, budget.hintJ(Line.CELLULAR), 0.01)
    }

    @Test
    fun `the table of eight hours with sixty hints`() {
        val expected = mapOf(2L to 7.4, 4L to 4.5, 10L to 2.8, 28L to 2.1)
        for ((minutes, percent) in expected) {
            assertEquals("$minutes min", percent, budget.percentFor(Line.CELLULAR, minutes * MINUTE, 60), 0.06)
        }
        assertTrue(budget.percentFor(Line.WIFI, MINUTE, 60) < 1.0)
    }

    @Test
    fun `the floor is the shortest silence within the budget`() {
        for (hints in 0..170 step 10) {
            val floor = budget.floorMs(Line.CELLULAR, hints)
            assertTrue("$hints", budget.affords(Line.CELLULAR, floor, hints) || floor == KeepAlive.MAX_MS)
            if (floor > KeepAlive.MIN_MS + 1000) {
                assertFalse("$hints", budget.affords(Line.CELLULAR, floor - 1000, hints))
            }
        }
        assertEquals(KeepAlive.MIN_MS, budget.floorMs(Line.WIFI))
    }

    @Test
    fun `more hints than the budget bears leave the longest silence`() {
        assertEquals(KeepAlive.MAX_MS, budget.floorMs(Line.CELLULAR, 1000))
        assertEquals(KeepAlive.MAX_MS, BatteryBudget(percent = 0.1).floorMs(Line.CELLULAR))
    }
}

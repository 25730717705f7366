package jp.ekitei.android.logic

import jp.ekitei.android.logic.NotificationPlan.Ask
import jp.ekitei.android.logic.NotificationPlan.Channel
import jp.ekitei.android.logic.NotificationPlan.Why
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

class NotificationPlanTest {
    private val plan = NotificationPlan()
    private val night = FRIDAY_10_AM + 12 * HOUR

    private fun ask(channel: Channel, count: Long, now: Long = FRIDAY_10_AM, onDuty: Boolean = false, shown: Long = 0, at: Long? = null) =
        plan.decide(Ask(channel, count, now, JAPAN, onDuty, shown, at))

    @Test
    fun `the channels' ids never change`() {
        assertEquals(listOf("messages", "emergency", "unsent"), Channel.entries.map { it.id })
        assertNull(Channel.of("news"))
    }

    @Test
    fun `a message sounds by day and is held back at night`() {
        val day = ask(Channel.MESSAGES, 2)
        assertTrue(day.show && day.alert)
        val held = ask(Channel.MESSAGES, 2, night)
        assertFalse(held.show)
        assertEquals(Why.QUIET_HOURS, held.why)
        val shown = ask(Channel.MESSAGES, 2, night + held.againInMs!!)
        assertTrue(shown.show)
    }

    @Test
    fun `whoever is on duty hears it at night, too`() {
        assertTrue(ask(Channel.MESSAGES, 1, night, onDuty = true).alert)
        assertTrue(ask(Channel.UNSENT, 1, night, onDuty = true).show)
    }

    @Test
    fun `an emergency breaks through at every hour and each further one again`() {
        for (hour in 0 until 24 * 7) {
            val now = FRIDAY_10_AM + hour * HOUR
            assertTrue("$hour", ask(Channel.EMERGENCY, 1, now).alert)
            assertTrue("$hour", ask(Channel.EMERGENCY, 2, now, shown = 1, at = now).alert)
            assertEquals(Why.ALREADY, ask(Channel.EMERGENCY, 2, now, shown = 2, at = now).why)
        }
    }

    @Test
    fun `the same number does not sound twice and a smaller one is silent`() {
        assertEquals(Why.ALREADY, ask(Channel.MESSAGES, 3, shown = 3).why)
        val fewer = ask(Channel.MESSAGES, 1, shown = 3)
        assertTrue(fewer.show && !fewer.alert)
    }

    @Test
    fun `unsent work is recalled once a day, silently, never at night`() {
        val first = ask(Channel.UNSENT, 4)
        assertTrue(first.show && !first.alert)
        assertEquals(Why.ALREADY, ask(Channel.UNSENT, 5, FRIDAY_10_AM + 6 * HOUR, shown = 4, at = FRIDAY_10_AM).why)
        assertEquals(Why.QUIET_HOURS, ask(Channel.UNSENT, 5, night).why)
        val monday = FRIDAY_10_AM + 72 * HOUR
        assertTrue(ask(Channel.UNSENT, 5, monday, shown = 4, at = FRIDAY_10_AM).show)
        // A reminder from the future (the clock was set back) does not silence it for good.
        assertTrue(ask(Channel.UNSENT, 5, shown = 4, at = FRIDAY_10_AM + 400 * HOUR).show)
    }

    @Test
    fun `nothing is nothing`() {
        Channel.entries.forEach { assertEquals(Why.NOTHING, ask(it, 0).why) }
    }

    @Test
    fun `the book remembers per channel and outlives the process`() {
        val shelf = TestShelf()
        NoticeBook(shelf).came(Channel.MESSAGES, 3)
        NoticeBook(shelf).shown(Channel.MESSAGES, 100)
        NoticeBook(shelf).are(Channel.UNSENT, 9)
        assertEquals(NoticeBook.Entry(3, 3, 100), NoticeBook(shelf).of(Channel.MESSAGES))
        NoticeBook(shelf).cleared(Channel.MESSAGES)
        assertEquals(NoticeBook.Entry(0, 0, 100), NoticeBook(shelf).of(Channel.MESSAGES))
        assertEquals(NoticeBook.Entry(9, 0, null), NoticeBook(shelf).of(Channel.UNSENT))
        assertEquals(NoticeBook.Entry(), NoticeBook(shelf).of(Channel.EMERGENCY))
        for (bad in listOf("messages,x", "messages,1,2", "messages,-1,0,0", "\n\n,,,")) {
            assertEquals(bad, NoticeBook.Entry(), NoticeBook(TestShelf(bad)).of(Channel.MESSAGES))
        }
    }

    @Test
    fun `what came in the night is told in the morning although nothing more comes`() {
        val book = NoticeBook(TestShelf())
        val held = book.came(Channel.MESSAGES, 3)
        assertEquals(Why.QUIET_HOURS, ask(Channel.MESSAGES, held.count, night, shown = held.shown).why)
        val still = book.came(Channel.MESSAGES, 0)
        val monday = FRIDAY_10_AM + 72 * HOUR
        assertTrue(ask(Channel.MESSAGES, still.count, monday, shown = still.shown).alert)
        val told = book.shown(Channel.MESSAGES, monday)
        assertEquals(Why.ALREADY, ask(Channel.MESSAGES, told.count, monday, shown = told.shown).why)
    }
}

package jp.ekitei.android.logic

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import java.time.LocalDateTime
import java.time.ZoneOffset

class QuietHoursTest {
    private fun at(text: String) = LocalDateTime.parse(text).toInstant(ZoneOffset.ofHours(9)).toEpochMilli()
    private fun QuietHours.at(text: String) = isQuiet(this@QuietHoursTest.at(text), JAPAN)

    @Test
    fun `the working day has sharp edges`() {
        val quiet = QuietHours()
        assertTrue(quiet.at("2026-11-20T08:44:59"))
        assertFalse(quiet.at("2026-11-20T08:45:00"))
        assertFalse(quiet.at("2026-11-20T17:29:59"))
        assertTrue(quiet.at("2026-11-20T17:30:00"))
    }

    @Test
    fun `weekends and holidays are quiet all day`() {
        val quiet = QuietHours(holidays = setOf("2026-11-23"))
        assertTrue(quiet.at("2026-11-21T12:00:00"))
        assertTrue(quiet.at("2026-11-22T12:00:00"))
        assertTrue(quiet.at("2026-11-23T12:00:00"))
        assertFalse(quiet.at("2026-11-24T12:00:00"))
        assertFalse(QuietHours().at("2026-11-23T12:00:00"))
    }

    @Test
    fun `the end of a long weekend is the next working morning`() {
        val quiet = QuietHours(holidays = setOf("2026-11-23"))
        val friday = at("2026-11-20T18:00:00")
        assertEquals(at("2026-11-24T08:45:00") - friday, quiet.endsInMs(friday, JAPAN))
        val early = at("2026-11-20T06:30:30")
        assertEquals(at("2026-11-20T08:45:00") - early, quiet.endsInMs(early, JAPAN))
        assertEquals(0, quiet.endsInMs(at("2026-11-20T12:00:00"), JAPAN))
    }

    @Test
    fun `the end is never quiet itself and the moment before it is`() {
        val quiet = QuietHours(holidays = setOf("2026-12-31", "2027-01-01"))
        for (hour in 0 until 24 * 21) {
            val now = at("2026-12-18T00:13:07") + hour * HOUR
            val left = quiet.endsInMs(now, JAPAN)
            assertFalse("$hour", quiet.isQuiet(now + left, JAPAN))
            if (left > 0) assertTrue("$hour", quiet.isQuiet(now + left - 1, JAPAN))
        }
    }

    @Test
    fun `the local day counts, not the day of UTC`() {
        // Saturday 07:00 in Japan is still Friday in UTC.
        val now = at("2026-11-21T07:00:00")
        assertTrue(QuietHours().isQuiet(now, JAPAN))
        assertFalse(QuietHours(opensMin = 0, closesMin = 24 * 60).isQuiet(at("2026-11-21T08:00:00"), 0))
        assertTrue(QuietHours(opensMin = 0, closesMin = 24 * 60).isQuiet(at("2026-11-21T08:00:00"), JAPAN))
    }

    @Test
    fun `a list that is all holidays ends the search`() {
        val days = (0..400L).map { java.time.LocalDate.parse("2026-11-01").plusDays(it).toString() }.toSet()
        assertTrue(QuietHours(holidays = days).endsInMs(at("2026-11-20T12:00:00"), JAPAN) > 30 * 24 * HOUR)
    }

    @Test
    fun `a working day that ends before it begins is refused`() {
        assertThrows(IllegalArgumentException::class.java) { QuietHours(600, 500) }
    }
}

package jp.ekitei.android.logic

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

class ManagedConfigTest {
    private val pin = "sha256/" + "A".repeat(43) + "="
    private val spare = "sha256/" + "B".repeat(43) + "="
    private fun read(vararg values: Pair<String, Any?>) = ManagedConfig.read(mapOf(*values))

    @Test
    fun `without an mdm nothing is set`() {
        val none = read()
        assertFalse(none.managed)
        assertNull(none.serverUrl)
        assertEquals(emptyList<String>(), none.problems)
        assertFalse(read("server_url" to "", "lock_minutes" to null).managed)
    }

    @Test
    fun `everything right is taken`() {
        val all = read(
            "server_url" to "https://ekitei.example.jp/", "ca_pin" to pin, "ca_pin_spare" to spare, "enrolment_secret" to "abcd-efgh-1234",
            "lock_minutes" to 1, "minimum_version" to "0.4.2",
        )
        assertTrue(all.managed)
        assertEquals("https://ekitei.example.jp", all.serverUrl)
        assertEquals(listOf(pin, spare), listOf(all.caPin, all.caPinSpare))
        assertEquals(1, all.lockMinutes)
        assertEquals("0.4.2", all.minimumVersion)
        assertEquals(emptyList<String>(), all.problems)
    }

    @Test
    fun `wrong values are named and not used`() {
        for (url in listOf("http://ekitei.example.jp", "https://", "ekitei", "https://user@x.example", "https://x.example?a=1", "https://a b")) {
            assertEquals(url, listOf("server_url"), read("server_url" to url).problems)
            assertNull(read("server_url" to url).serverUrl)
        }
        for (bad in listOf("sha256/short", "A".repeat(44), "sha1/" + "A".repeat(43) + "=")) assertNull(read("ca_pin" to bad).caPin)
        for (bad in listOf(0, 61, -1, "soon")) assertEquals(listOf("lock_minutes"), read("lock_minutes" to bad).problems)
        assertEquals(listOf("enrolment_secret"), read("enrolment_secret" to "with blanks in it").problems)
        assertEquals(listOf("minimum_version"), read("minimum_version" to "newest").problems)
    }

    @Test
    fun `numbers may come as text`() {
        assertEquals(3, read("lock_minutes" to "3").lockMinutes)
    }

    @Test
    fun `a spare that is the pin itself is no spare`() {
        val same = read("ca_pin" to pin, "ca_pin_spare" to pin)
        assertNull(same.caPinSpare)
        assertEquals(listOf("ca_pin_spare"), same.problems)
    }
}

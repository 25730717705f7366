package jp.ekitei.android.logic

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import kotlin.random.Random

class InboxNamesTest {
    private val id = "0199c0de-0000-7000-8000-000000000001"

    @Test
    fun `names that leave the inbox or hide are none`() {
        for (bad in listOf("", "..", ".hidden", "../x", "a/b", "a\\b", "a\u0000b", "x\ny", "あ".repeat(90))) {
            assertFalse(bad, InboxNames.isName(bad))
        }
        assertTrue(InboxNames.isCapture("capture-$id.jpg"))
        assertFalse(InboxNames.isCapture("capture-../../x"))
        assertFalse(InboxNames.isCapture("photo.jpg"))
    }

    @Test
    fun `a picked file keeps its name behind a unique part`() {
        assertEquals("$id~のり面.jpg", InboxNames.incoming(id, "のり面.jpg"))
        assertEquals("$id~無題", InboxNames.incoming(id, null))
        assertEquals("$id~無題", InboxNames.incoming(id, " ... "))
        assertEquals("$id~／..／..／etc／passwd", InboxNames.incoming(id, "../../../etc/passwd"))
    }

    @Test
    fun `what windows forbids becomes its twin and invisible characters go`() {
        assertEquals("$id~報告＜1＞：写真？.jpg", InboxNames.incoming(id, "報告<1>:写真?.jpg"))
        assertEquals("$id~gpj.exe", InboxNames.incoming(id, "gpj\u202e.\u200bexe"))
        assertEquals("$id~a b", InboxNames.incoming(id, "a\nb"))
    }

    @Test
    fun `long names keep their ending`() {
        val name = InboxNames.incoming(id, "現場の写真".repeat(40) + ".jpeg")
        assertTrue(name, name.endsWith(".jpeg"))
        assertTrue(InboxNames.isName(name))
        assertTrue(name.toByteArray().size <= 255)
    }

    @Test
    fun `any name of a stranger becomes a name of the inbox`() {
        val random = Random(11)
        repeat(5000) {
            val text = String(CharArray(random.nextInt(0, 300)) { random.nextInt(0, 0x10000).toChar() })
            val name = InboxNames.incoming(id, text)
            assertTrue(name, InboxNames.isName(name))
            assertTrue(name.startsWith("$id~"))
            assertEquals("once cleaned it stays", name, InboxNames.incoming(id, name.substring(id.length + 1)))
        }
    }
}

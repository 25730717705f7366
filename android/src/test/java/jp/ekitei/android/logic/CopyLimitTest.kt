package jp.ekitei.android.logic

import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.InputStream

class CopyLimitTest {
    @Test
    fun `copies up to the limit and not one byte more`() {
        val bytes = ByteArray(200_000) { it.toByte() }
        val out = ByteArrayOutputStream()
        assertEquals(200_000, CopyLimit.copy(ByteArrayInputStream(bytes), out, 200_000))
        assertArrayEquals(bytes, out.toByteArray())
        assertThrows(CopyLimit.TooLarge::class.java) {
            CopyLimit.copy(ByteArrayInputStream(bytes), ByteArrayOutputStream(), 199_999)
        }
    }

    @Test
    fun `a stream that never ends is cut off`() {
        val endless = object : InputStream() {
            override fun read() = 1
        }
        val out = ByteArrayOutputStream()
        assertThrows(CopyLimit.TooLarge::class.java) { CopyLimit.copy(endless, out, 1_000_000) }
        assertEquals(true, out.size() <= 1_000_000)
    }

    @Test
    fun `megabytes are rounded up`() {
        assertEquals(listOf(0L, 1, 1, 2), listOf(0L, 1, 1_000_000, 1_000_001).map(CopyLimit::megabytes))
    }
}

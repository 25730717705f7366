package jp.ekitei.android.logic

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

class PendingCapturesTest {
    private val shelf = TestShelf()
    private fun pending() = PendingCaptures(shelf)
    private val one = "capture-1.jpg"
    private val two = "capture-2.jpg"

    @Test
    fun `the row is on the disk before the camera opens and the next process knows it`() {
        assertTrue(pending().begin("/data/app", listOf(one, two)))
        assertEquals(PendingCaptures.Waiting("/data/app", listOf(one, two)), pending().waiting())
        assertEquals("/data/app", pending().folderOf(two))
    }

    @Test
    fun `only what is waited for may be written`() {
        pending().begin("/data/app", listOf(one))
        assertNull(pending().folderOf(two))
        assertNull(pending().folderOf("../queue.db"))
        pending().end(listOf(one))
        assertNull(pending().folderOf(one))
        assertNull(shelf.value)
    }

    @Test
    fun `names of a killed camera stay beside a new run until they are adopted`() {
        pending().begin("/data/app", listOf(one))
        pending().begin("/data/app", listOf(two))
        assertEquals(listOf(one, two), pending().waiting()!!.names)
        pending().end(listOf(two))
        assertEquals(listOf(one), pending().waiting()!!.names)
    }

    @Test
    fun `what has bytes is adopted and the rest is given up`() {
        val sizes = mapOf(one to 5L, two to 0L)
        assertEquals(listOf(one) to listOf(two, "capture-3.jpg"), pending().sorted(listOf(one, two, "capture-3.jpg")) { sizes[it] })
    }

    @Test
    fun `names that are no captures are refused as a whole`() {
        assertFalse(pending().begin("/data/app", emptyList()))
        assertFalse(pending().begin("/data/app", listOf(one, "../x")))
        assertFalse(pending().begin("", listOf(one)))
        assertFalse(pending().begin("/a\n/b", listOf(one)))
        assertNull(shelf.value)
    }

    @Test
    fun `a damaged note opens nothing`() {
        for (bad in listOf("", "\n", "/data/app", "\ncapture-1.jpg", "/data/app\n../../x")) {
            shelf.value = bad
            assertNull(bad, pending().waiting())
        }
    }
}

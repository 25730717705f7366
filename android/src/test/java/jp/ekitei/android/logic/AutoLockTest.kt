package jp.ekitei.android.logic

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

class AutoLockTest {
    private val clocks = TestClocks()
    private val lock = AutoLock(clocks)

    @Test
    fun `five minutes without a hand lock it`() {
        assertEquals(5 * MINUTE, lock.dueInMs())
        clocks.pass(4 * MINUTE)
        lock.touched()
        clocks.pass(5 * MINUTE - 1)
        assertEquals(1L, lock.dueInMs())
        clocks.pass(1)
        assertEquals(0L, lock.dueInMs())
    }

    @Test
    fun `the limit lies between a minute and an hour`() {
        lock.limit(1)
        assertEquals(MINUTE, lock.dueInMs())
        lock.limit(0)
        assertEquals(MINUTE, lock.dueInMs())
        lock.limit(100_000)
        assertEquals(AutoLock.MAX_MINUTES * MINUTE, lock.dueInMs())
    }

    @Test
    fun `not while a visit is open on the screen`() {
        lock.visit(true)
        clocks.pass(3 * HOUR)
        assertNull(lock.dueInMs())
        lock.visit(false)
        assertEquals(5 * MINUTE, lock.dueInMs())
    }

    @Test
    fun `leaving hides at once and time counts although a visit is open`() {
        lock.visit(true)
        clocks.pass(HOUR)
        assertFalse(lock.isHidden())
        lock.left()
        assertTrue(lock.isHidden())
        assertEquals(5 * MINUTE, lock.dueInMs())
        clocks.pass(5 * MINUTE)
        assertTrue(lock.returned())
        assertFalse(lock.isHidden())
    }

    @Test
    fun `a short absence does not lock`() {
        lock.left()
        clocks.pass(4 * MINUTE)
        assertFalse(lock.returned())
        assertEquals(5 * MINUTE, lock.dueInMs())
    }

    @Test
    fun `sleeping counts and the wall clock does not`() {
        lock.left()
        clocks.now -= 24 * HOUR
        clocks.up += 6 * MINUTE
        assertTrue(lock.returned())
    }

    @Test
    fun `the camera opened from here has its own time`() {
        lock.limit(1)
        lock.left(forCamera = true)
        clocks.pass(10 * MINUTE)
        assertFalse(lock.returned())
        lock.left()
        clocks.pass(10 * MINUTE)
        assertTrue(lock.returned())
        lock.left(forCamera = true)
        clocks.pass(11 * MINUTE)
        assertTrue(lock.returned())
    }

    @Test
    fun `a restart locks`() {
        lock.left()
        clocks.restart()
        assertTrue(lock.returned())
    }
}

package jp.ekitei.android.logic

import org.junit.Assert.assertEquals
import org.junit.Test

class HotspotTest {
    @Test
    fun `what nobody told is unknown`() {
        assertEquals("unknown", Hotspot.state(null, null))
        assertEquals("unknown", Hotspot.state(null, -1))
        assertEquals("a point that failed says nothing", "unknown", Hotspot.state(null, 14))
    }

    @Test
    fun `any lent line is on, none is off`() {
        assertEquals("on", Hotspot.state(listOf("rndis0"), null))
        assertEquals("on", Hotspot.state(listOf("wlan1"), 11))
        assertEquals("on", Hotspot.state(emptyList(), 13))
        assertEquals("on", Hotspot.state(null, 12))
        assertEquals("off", Hotspot.state(emptyList(), null))
        assertEquals("off", Hotspot.state(null, 11))
    }
}

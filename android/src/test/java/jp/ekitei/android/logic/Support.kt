package jp.ekitei.android.logic

/** A phone's clocks, turned by hand. */
class TestClocks(var up: Long = 1_000_000, var now: Long = FRIDAY_10_AM) : Clocks {
    override fun upMs() = up
    override fun nowMs() = now

    fun pass(ms: Long) {
        up += ms
        now += ms
    }

    fun restart() {
        up = 0
    }
}

/** Remembers like a disk. */
class TestShelf(var value: String? = null) : Shelf {
    var writes = 0
    override fun read() = value
    override fun write(value: String?) {
        writes++
        this.value = value
    }
}

const val MINUTE = 60_000L
const val HOUR = 60 * MINUTE
const val JAPAN = 9 * 60

/** 2026-11-20 10:00 in Japan. */
const val FRIDAY_10_AM = 1_795_136_400_000L

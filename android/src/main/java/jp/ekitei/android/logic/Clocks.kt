package jp.ekitei.android.logic

/** The two clocks of a phone, so that tests can set them. */
interface Clocks {
    /** Milliseconds since the phone was switched on, asleep or not: nobody can set it. */
    fun upMs(): Long

    /** Milliseconds since 1970 UTC, as the person or the network has set it. */
    fun nowMs(): Long
}

/** A few bytes that outlive the process. */
interface Shelf {
    fun read(): String?

    /** Returns only after the value is on the disk. */
    fun write(value: String?)
}

package jp.ekitei.android.logic

/** Whether and how loudly a person is told. Content is never shown: the background process cannot open the vault. */
class NotificationPlan(private val quiet: QuietHours = QuietHours()) {
    /** The ids are stable: people set sounds by channel, and Android keeps their choice under it. */
    enum class Channel(val id: String) {
        MESSAGES("messages"),
        EMERGENCY("emergency"),
        UNSENT("unsent");

        companion object {
            fun of(id: String): Channel? = entries.firstOrNull { it.id == id }
        }
    }

    enum class Why { SHOWN, QUIET_HOURS, ALREADY, NOTHING }

    /**
     * @param count how many are new (or unsent)
     * @param shown how many the notification on screen speaks of; 0 without one
     * @param shownAtMs when it was shown; `null` never
     */
    data class Ask(
        val channel: Channel,
        val count: Long,
        val nowMs: Long,
        val offsetMin: Int,
        val onDuty: Boolean = false,
        val shown: Long = 0,
        val shownAtMs: Long? = null,
    )

    /**
     * @param alert sound, vibration and light; otherwise it appears silently
     * @param againInMs when to ask again, if it is held back
     */
    data class Answer(val show: Boolean, val alert: Boolean, val why: Why, val againInMs: Long? = null)

    fun decide(ask: Ask): Answer {
        if (ask.count <= 0) return Answer(show = false, alert = false, why = Why.NOTHING)
        val heldMs = quiet.endsInMs(ask.nowMs, ask.offsetMin)
        return when (ask.channel) {
            // Breaks through always, and each further one again.
            Channel.EMERGENCY ->
                if (ask.count == ask.shown) already() else Answer(show = true, alert = true, why = Why.SHOWN)
            Channel.MESSAGES -> when {
                ask.count == ask.shown -> already()
                heldMs > 0 && !ask.onDuty -> held(heldMs)
                // Fewer than before: some were read elsewhere; that needs no sound.
                else -> Answer(show = true, alert = ask.count > ask.shown, why = Why.SHOWN)
            }
            Channel.UNSENT -> when {
                heldMs > 0 && !ask.onDuty -> held(heldMs)
                ask.shownAtMs != null && ask.nowMs - ask.shownAtMs in 0 until UNSENT_EVERY_MS -> already()
                else -> Answer(show = true, alert = false, why = Why.SHOWN)
            }
        }
    }

    private fun already() = Answer(show = false, alert = false, why = Why.ALREADY)

    private fun held(forMs: Long) = Answer(show = false, alert = false, why = Why.QUIET_HOURS, againInMs = forMs)

    companion object {
        /** One reminder a day is enough. */
        const val UNSENT_EVERY_MS = 24 * 3_600_000L
    }
}

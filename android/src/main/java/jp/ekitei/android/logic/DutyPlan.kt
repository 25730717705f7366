package jp.ekitei.android.logic

/**
 * What the duty service does next, decided without Android: it is told what happened and answers with what to do. The core's live
 * line tries again by itself while the phone is awake; this plan learns the line's memory and wakes the phone in time.
 *
 * @param keepAlive learns how long each kind of line may stay silent
 */
class DutyPlan(private val clocks: Clocks, private val keepAlive: KeepAlive, private val sweeps: SweepPlan) {
    sealed interface Do {
        /** Open the live line with this silence; an older one is closed first. */
        data class Listen(val keepAliveMs: Long) : Do

        /** Another silence for the line that stands. */
        data class Adjust(val keepAliveMs: Long) : Do

        /** Ask for a sign of life now. */
        data object Ping : Do

        data object StopListening : Do

        /** Deliver now; [urgent]: an emergency may be on the way. */
        data class Deliver(val urgent: Boolean) : Do

        /** Wake the phone after so long, even if it sleeps, and say [tick]. */
        data class WakeIn(val afterMs: Long) : Do
    }

    private var line: KeepAlive.Line? = null
    private var stands = false
    private var failures = 0
    private var heardUpMs = clocks.upMs()
    private var retryUpMs = 0L

    /** Whether the office would reach this phone at once. */
    @get:Synchronized
    val isOnline: Boolean get() = stands

    /** The network came, went (`null`) or is another one. Something may wait, so a delivery follows. */
    @Synchronized
    fun network(now: KeepAlive.Line?): List<Do> {
        line = now
        failures = 0
        stands = false
        if (now == null) return listOf(Do.StopListening)
        return listOf(Do.Deliver(urgent = false)) + listen(now)
    }

    /** The live line stands; hints may have been lost before, so fetch. */
    @Synchronized
    fun connected(): List<Do> {
        val again = failures > 0
        failures = 0
        stands = true
        heardUpMs = clocks.upMs()
        return (if (again) listOf(Do.Deliver(urgent = false)) else emptyList()) + wakeForSilence()
    }

    /** The office said that there is something. */
    @Synchronized
    fun hint(urgent: Boolean): List<Do> {
        heardUpMs = clocks.upMs()
        return listOf(Do.Deliver(urgent)) + wakeForSilence()
    }

    /** The office answered the sign of life that ended a silence of [silentMs]. */
    @Synchronized
    fun kept(silentMs: Long): List<Do> {
        val on = line ?: return emptyList()
        val before = keepAlive.intervalMs(on)
        keepAlive.survived(on, silentMs)
        heardUpMs = clocks.upMs()
        val after = keepAlive.intervalMs(on)
        return (if (after != before) listOf(Do.Adjust(after)) else emptyList()) + wakeForSilence()
    }

    /** The live line broke; [silentMs]: the silence that was too long for it, `null` when it broke otherwise. */
    @Synchronized
    fun lost(silentMs: Long?): List<Do> {
        stands = false
        val on = line ?: return emptyList()
        val before = keepAlive.intervalMs(on)
        if (silentMs != null) keepAlive.lostAfter(on, silentMs)
        val after = keepAlive.intervalMs(on)
        failures++
        return (if (after != before) listOf(Do.Adjust(after)) else emptyList()) + wakeForRetry()
    }

    /** The core tries no more; the phone may have been taken out of service. Seldom ask again. */
    @Synchronized
    fun ended(): List<Do> {
        stands = false
        retryUpMs = clocks.upMs() + SweepPlan.MAX_RETRY_MS
        return listOf(Do.WakeIn(SweepPlan.MAX_RETRY_MS))
    }

    /** The alarm went off (perhaps late, perhaps early). */
    @Synchronized
    fun tick(): List<Do> {
        val on = line ?: return emptyList()
        if (stands) {
            val silentMs = clocks.upMs() - heardUpMs
            if (silentMs + KeepAlive.SLACK_MS < keepAlive.intervalMs(on)) return wakeForSilence()
            // The next alarm, in case no answer comes at all.
            return listOf(Do.Ping, Do.WakeIn(keepAlive.intervalMs(on)))
        }
        val left = retryUpMs - clocks.upMs()
        if (left > 0) return listOf(Do.WakeIn(left))
        // Asleep, the core's own attempts stood still: begin anew.
        failures++
        return listOf(Do.Deliver(urgent = false)) + listen(on)
    }

    private fun listen(on: KeepAlive.Line): List<Do> {
        heardUpMs = clocks.upMs()
        return listOf(Do.Listen(keepAlive.intervalMs(on))) + wakeForRetry()
    }

    /** The phone must be awake when the silence ends, or the sign of life comes too late. */
    private fun wakeForSilence(): List<Do> {
        val on = line?.takeIf { stands } ?: return emptyList()
        val left = keepAlive.intervalMs(on) - (clocks.upMs() - heardUpMs)
        return listOf(Do.WakeIn(left.coerceAtLeast(LEAST_WAKE_MS)))
    }

    private fun wakeForRetry(): List<Do> {
        val after = LEAST_RETRY_MS + sweeps.retryMs(failures.coerceAtLeast(1))
        retryUpMs = clocks.upMs() + after
        return listOf(Do.WakeIn(after))
    }

    companion object {
        const val LEAST_WAKE_MS = 1_000L

        /** Until then the core's own attempts suffice. */
        const val LEAST_RETRY_MS = 60_000L

        /** How long the processor is held awake for a sign of life, and for a delivery: never without an end. */
        const val AWAKE_SIGN_MS = 10_000L
        const val AWAKE_DELIVERY_MS = 60_000L
    }
}

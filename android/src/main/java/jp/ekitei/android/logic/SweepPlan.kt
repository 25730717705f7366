package jp.ekitei.android.logic

import kotlin.random.Random

/**
 * When the system should let the phone deliver next while no screen is open. Sending never waits for quiet hours to end
 * (it makes no sound); only looking for news becomes rare.
 *
 * @param random source of the jitter: 20,000 phones must not come back at the same moment
 */
class SweepPlan(private val quiet: QuietHours = QuietHours(), private val random: Random = Random.Default) {
    /**
     * @param waiting operations and files that the office does not have
     * @param oldestUnsentMs when the oldest of them was made; `null` without one
     * @param failures runs in a row that did not reach the office
     * @param officeWakeMs the instant that the engine itself asked for (back-off, Retry-After); `null` without one
     * @param live the duty service listens: the sweep is its net only
     * @param elsewhere the screens' process had the right to deliver
     */
    data class State(
        val waiting: Long,
        val oldestUnsentMs: Long? = null,
        val failures: Int = 0,
        val officeWakeMs: Long? = null,
        val live: Boolean = false,
        val elsewhere: Boolean = false,
    )

    /** Milliseconds from now to the earliest start. The system may come later; it never comes without a network. */
    fun nextMs(state: State, nowMs: Long, offsetMin: Int): Long {
        val asked = state.officeWakeMs?.let { (it - nowMs).coerceIn(0, MAX_RETRY_MS) } ?: 0
        if (state.elsewhere) return maxOf(ELSEWHERE_RETRY_MS, asked)
        if (state.waiting > 0) {
            val retry = if (state.failures == 0) 0 else retryMs(state.failures)
            return maxOf(retry, asked)
        }
        val every = when {
            state.live -> LIVE_NET_MS
            quiet.isQuiet(nowMs, offsetMin) -> QUIET_EVERY_MS
            else -> EVERY_MS
        }
        // Half fixed, half random: no phone comes at once, and none waits for ever.
        var spread = every / 2 + random.nextLong(every / 2)
        // The morning brings what the night held back, not all phones in one minute.
        val quietMs = quiet.endsInMs(nowMs, offsetMin)
        if (quietMs > 0) spread = minOf(spread, quietMs + random.nextLong(MORNING_MS))
        return maxOf(spread, asked)
    }

    /**
     * The screens' process has the right to deliver ([elsewhere] runs in a row now). Android freezes processes in the background, and a
     * frozen one keeps that right without using it: then it must be ended. Nothing is lost by that but the vault's being open.
     */
    fun mustEndScreens(elsewhere: Int, screensInFront: Boolean): Boolean = !screensInFront && elsewhere >= FROZEN_AFTER

    /** Full jitter below a ceiling that doubles; never less than a moment, never more than [MAX_RETRY_MS]. */
    fun retryMs(failures: Int): Long {
        val ceiling = minOf(MAX_RETRY_MS, FIRST_RETRY_MS shl (failures - 1).coerceIn(0, 10))
        return LEAST_RETRY_MS + random.nextLong(ceiling)
    }

    /** Whether something was made longer than a day ago and the office does not have it. A clock set back by the person hides nothing. */
    fun isOverdue(oldestUnsentMs: Long?, nowMs: Long): Boolean =
        oldestUnsentMs != null && (nowMs - oldestUnsentMs >= OVERDUE_MS || oldestUnsentMs - nowMs >= OVERDUE_MS)

    companion object {
        const val EVERY_MS = 60 * 60_000L
        const val QUIET_EVERY_MS = 4 * 60 * 60_000L
        const val MORNING_MS = 30 * 60_000L
        const val LIVE_NET_MS = 2 * 60 * 60_000L
        const val FIRST_RETRY_MS = 30_000L
        const val LEAST_RETRY_MS = 1_000L
        const val MAX_RETRY_MS = 15 * 60_000L
        const val OVERDUE_MS = 24 * 3_600_000L

        /** The screens' own delivery may finish first. */
        const val AFTER_SCREENS_MS = 20_000L

        /** After so many runs in a row in which the screens' process held the right to deliver, it is taken for frozen. */
        const val FROZEN_AFTER = 2
        const val ELSEWHERE_RETRY_MS = 60_000L

        /** A run of the system's job must end within ten minutes; the engine gets a little less. */
        const val RUN_MS = 9 * 60_000L
    }
}

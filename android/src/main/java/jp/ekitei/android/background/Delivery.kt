package jp.ekitei.android.background

import android.content.Context
import android.os.PowerManager
import jp.ekitei.android.Device
import jp.ekitei.android.Notices
import jp.ekitei.android.keys.DeviceKeys
import jp.ekitei.android.logic.DutyPlan
import jp.ekitei.android.logic.NotificationPlan.Channel
import jp.ekitei.android.logic.QuietHours
import jp.ekitei.android.logic.SweepPlan
import jp.ekitei.core.DeliveryCallback
import jp.ekitei.core.EkiteiBackground
import jp.ekitei.core.EkiteiException
import jp.ekitei.core.LiveEvent
import jp.ekitei.core.SyncReport
import jp.ekitei.core.Waiting
import java.io.File

/** The core of the process `:sync`: opened from its directory, without any screen; touches `queue.db` only. One per process. */
class Delivery private constructor(private val context: Context) {
    /** Of this run: the office's holidays may have changed since the last. */
    private var notices = Notices(context)
    private val sweeps = SweepPlan()
    private val sweeper = Sweeper(context)
    private val screens = Screens(context)
    private var background: EkiteiBackground? = null
    private var failures = 0
    private var elsewhere = 0
    private val oneRun = Any()

    /** `null`: nothing is installed here yet, or the core does not open now. */
    @Synchronized
    fun core(): EkiteiBackground? {
        background?.let { return it }
        val home = Device.home(context)
        // Only the screens make an installation.
        if (!File(home, "queue.db").exists()) return null
        return try {
            EkiteiBackground.open(home.path, DeviceKeys(context)).also { background = it }
        } catch (_: EkiteiException) {
            null
        }
    }

    /** Delivers and fetches for at most [deadlineMs], tells the person what matters, plans the next run. Takes time. */
    fun run(deadlineMs: Long, urgent: Boolean = false): SyncReport? = synchronized(oneRun) {
        core()?.let { run(it, deadlineMs, urgent) }
    }

    private fun run(core: EkiteiBackground, deadlineMs: Long, urgent: Boolean): SyncReport? {
        notices = Notices(context, QuietHours(holidays = holidays(core)))
        // Rings before it is fetched: the screens' process may fetch it first, or the line may fail now.
        if (urgent) emergency()
        val report = try {
            core.syncOnce(deadlineMs.toULong(), Quiet)
        } catch (fault: EkiteiException) {
            // Nothing to deliver until a person enrols this phone; the screens plan the next run when they go.
            if (fault is EkiteiException.Fault && fault.code == NOT_ENROLLED) return null.also { sweeper.cancel() }
            failures++
            plan(waiting(core), null)
            return null
        }
        failures = if (report.faultCode == null || report.elsewhere) 0 else failures + 1
        elsewhere = if (report.elsewhere) elsewhere + 1 else 0
        if (sweeps.mustEndScreens(elsewhere, screens.areInFront())) {
            elsewhere = 0
            screens.end()
            return run(core, deadlineMs, urgent = false)
        }
        if (report.deviceState == WIPED) {
            sweeper.cancel()
            Duty.set(context, false)
            return report
        }
        if (report.urgent && !urgent) emergency()
        tell(report)
        plan(report.waiting, report.nextWakeMs)
        return report
    }

    fun stop() = background?.stop() ?: Unit

    /** In front, the screens show it. */
    private fun emergency() {
        if (screens.areInFront()) return
        notices.came(Channel.EMERGENCY, 1)
        notices.tell(Channel.EMERGENCY, onDuty = true)
    }

    private fun tell(report: SyncReport) {
        // The screens' process delivers: it knows better.
        if (report.elsewhere) return
        val onDuty = Duty.isOn(context)
        if (!screens.areInFront()) {
            if (!report.urgent) notices.came(Channel.MESSAGES, report.received.toLong())
            // Also what the quiet hours held back.
            notices.tell(Channel.MESSAGES, onDuty)
        }
        val waiting = report.waiting
        if (sweeps.isOverdue(waiting.sinceMs, Device.clocks.nowMs())) notices.tell(Channel.UNSENT, onDuty, waiting.items.toLong())
        else notices.clear(Channel.UNSENT)
    }

    private fun plan(waiting: Waiting?, officeWakeMs: Long?) {
        val items = waiting?.items?.toLong() ?: 0
        Restart.waiting(context, items > 0 || Duty.isOn(context))
        val now = Device.clocks.nowMs()
        val state = SweepPlan.State(items, waiting?.sinceMs, failures, officeWakeMs, Duty.isListening, elsewhere > 0)
        sweeper.plan(sweeps.nextMs(state, now, Device.offsetMin(now)))
    }

    private fun holidays(core: EkiteiBackground): Set<String> = try {
        core.holidays().toSet()
    } catch (_: EkiteiException) {
        emptySet()
    }

    private fun waiting(core: EkiteiBackground): Waiting? = try {
        core.waiting()
    } catch (_: EkiteiException) {
        null
    }

    private object Quiet : DeliveryCallback {
        override fun progressed(waiting: Waiting) = Unit
        override fun live(event: LiveEvent) = Unit
    }

    companion object {
        private const val WIPED = "wiped"
        private const val NOT_ENROLLED = "not-enrolled"

        @Volatile
        private var one: Delivery? = null

        fun of(context: Context): Delivery = one ?: synchronized(this) {
            one ?: Delivery(context.applicationContext).also { one = it }
        }

        /** Holds the processor awake for so long; it lets go by itself. */
        fun awakeFor(context: Context, forMs: Long): PowerManager.WakeLock {
            val lock = context.getSystemService(PowerManager::class.java).newWakeLock(PowerManager.PARTIAL_WAKE_LOCK, "ekitei:delivery")
            lock.setReferenceCounted(false)
            lock.acquire(forMs.coerceAtMost(DutyPlan.AWAKE_DELIVERY_MS))
            return lock
        }

        /** Holds the processor awake while [work] runs, and never longer than [forMs]. */
        fun <T> awake(context: Context, forMs: Long, work: () -> T): T {
            val lock = awakeFor(context, forMs)
            try {
                return work()
            } finally {
                if (lock.isHeld) lock.release()
            }
        }
    }
}

package jp.ekitei.android.background

import android.app.AlarmManager
import android.app.NotificationManager
import android.app.PendingIntent
import android.app.Service
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.os.Build
import android.os.IBinder
import android.os.SystemClock
import jp.ekitei.android.Device
import jp.ekitei.android.Notices
import jp.ekitei.android.logic.BatteryBudget
import jp.ekitei.android.logic.DutyPlan
import jp.ekitei.android.logic.DutyPlan.Do
import jp.ekitei.android.logic.KeepAlive
import jp.ekitei.android.logic.SweepPlan
import jp.ekitei.android.plugin.Lines
import jp.ekitei.core.DeliveryCallback
import jp.ekitei.core.EkiteiException
import jp.ekitei.core.EkiteiLive
import jp.ekitei.core.LiveEvent
import jp.ekitei.core.Waiting
import java.util.concurrent.Executors
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.atomic.AtomicInteger

/**
 * Keeps the live line while the person is on duty. Nothing runs all the time: the processor sleeps between signs of life, which an
 * alarm brings, and each awakening ends by itself.
 */
class DutyService : Service() {
    private val events = Executors.newSingleThreadExecutor()
    private val deliveries = Executors.newSingleThreadExecutor()
    private val asked = AtomicInteger()
    private lateinit var plan: DutyPlan
    private lateinit var lines: Lines
    private var live: EkiteiLive? = null

    override fun onCreate() {
        super.onCreate()
        val budget = BatteryBudget()
        val keepAlive = KeepAlive(Device.clocks, Device.shelf(this, "keep-alive"), { budget.floorMs(it) })
        plan = DutyPlan(Device.clocks, keepAlive, SweepPlan())
        lines = Lines(this)
        running = this
    }

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        // Turned off while the system was about to start it again; or the system, having ended it, does not let it come to the front.
        if (!show() || !Duty.isOn(this)) {
            stopSelf()
            return START_NOT_STICKY
        }
        lines.watch { line -> later { plan.network(Lines.learned(line)) } }
        return START_STICKY
    }

    override fun onBind(intent: Intent?): IBinder? = null

    override fun onDestroy() {
        running = null
        Duty.isListening = false
        lines.stop()
        alarms().cancel(alarm(this))
        events.execute { stopListening() }
        events.shutdown()
        deliveries.shutdown()
        super.onDestroy()
    }

    /** The alarm: the processor stays awake until the sign of life has had its time. */
    internal fun tick() {
        Delivery.awakeFor(this, DutyPlan.AWAKE_SIGN_MS)
        later { plan.tick() }
    }

    private fun later(happened: () -> List<Do>) {
        try {
            events.execute { happened().forEach(::act) }
        } catch (_: RejectedExecutionException) {
            // Already ending.
        }
    }

    private fun act(now: Do) {
        when (now) {
            is Do.Listen -> listen(now.keepAliveMs)
            is Do.Adjust -> live?.setKeepAlive(now.keepAliveMs.toULong())
            is Do.Ping -> live?.ping()
            is Do.StopListening -> stopListening()
            is Do.Deliver -> deliver(now.urgent)
            is Do.WakeIn -> wakeIn(now.afterMs)
        }
        if (Duty.isListening != plan.isOnline) {
            Duty.isListening = plan.isOnline
            getSystemService(NotificationManager::class.java).notify(Notices.DUTY_ID, Notices(this).duty(plan.isOnline))
        }
    }

    private fun listen(keepAliveMs: Long) {
        stopListening()
        val core = Delivery.of(this).core() ?: return
        core.lineChanged()
        live = try {
            core.live(keepAliveMs.toULong(), Hearing())
        } catch (_: EkiteiException) {
            // The alarm that was set with this attempt brings the next one.
            null
        }
    }

    private fun stopListening() {
        live?.let {
            it.closeLine()
            it.close()
        }
        live = null
    }

    /** Several hints at once make one delivery more, not several. */
    private fun deliver(urgent: Boolean) {
        if (asked.incrementAndGet() > 2) {
            asked.decrementAndGet()
            return
        }
        try {
            deliveries.execute {
                try {
                    Delivery.awake(this, DutyPlan.AWAKE_DELIVERY_MS) { Delivery.of(this).run(DutyPlan.AWAKE_DELIVERY_MS, urgent) }
                } finally {
                    asked.decrementAndGet()
                }
            }
        } catch (_: RejectedExecutionException) {
            asked.decrementAndGet()
        }
    }

    private fun wakeIn(afterMs: Long) {
        val at = SystemClock.elapsedRealtime() + afterMs
        // Exact only where the MDM exempted the app from battery optimisation; else some minutes late.
        if (Build.VERSION.SDK_INT < 31 || alarms().canScheduleExactAlarms()) {
            alarms().setExactAndAllowWhileIdle(AlarmManager.ELAPSED_REALTIME_WAKEUP, at, alarm(this))
        } else {
            alarms().setAndAllowWhileIdle(AlarmManager.ELAPSED_REALTIME_WAKEUP, at, alarm(this))
        }
    }

    private fun alarms() = getSystemService(AlarmManager::class.java)

    private fun show(): Boolean = try {
        val notice = Notices(this).duty(plan.isOnline)
        if (Build.VERSION.SDK_INT >= 34) startForeground(Notices.DUTY_ID, notice, ServiceInfo.FOREGROUND_SERVICE_TYPE_SPECIAL_USE)
        else startForeground(Notices.DUTY_ID, notice)
        true
    } catch (_: IllegalStateException) {
        // Without the exemption from battery optimisation; the sweeps go on, and opening the app starts it again.
        false
    }

    /** Called on threads of the core, which must not wait. */
    private inner class Hearing : DeliveryCallback {
        override fun progressed(waiting: Waiting) = Unit

        override fun live(event: LiveEvent) = later {
            when (event) {
                is LiveEvent.Connected -> plan.connected()
                is LiveEvent.Hint -> plan.hint(event.urgent)
                is LiveEvent.Kept -> plan.kept(event.silentMs.toLong())
                is LiveEvent.Lost -> plan.lost(event.silentMs?.toLong())
                is LiveEvent.Ended -> plan.ended()
            }
        }
    }

    companion object {
        @Volatile
        internal var running: DutyService? = null

        private fun alarm(context: Context): PendingIntent = PendingIntent.getBroadcast(
            context, 0, Intent(context, TickReceiver::class.java), PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT,
        )
    }
}

/** The alarm of the duty service. If the system ended the service meanwhile, it comes again by itself. */
class TickReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        DutyService.running?.tick()
    }
}

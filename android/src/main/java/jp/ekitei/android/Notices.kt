package jp.ekitei.android

import android.Manifest
import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.pm.PackageManager
import android.media.AudioAttributes
import android.os.Build
import android.provider.Settings
import jp.ekitei.android.logic.NoticeBook
import jp.ekitei.android.logic.NotificationPlan
import jp.ekitei.android.logic.NotificationPlan.Channel
import jp.ekitei.android.logic.QuietHours

/** What the person is told while no screen of the app is open: numbers, never content or names. */
class Notices(private val context: Context, quiet: QuietHours = QuietHours()) {
    private val manager = context.getSystemService(NotificationManager::class.java)
    private val plan = NotificationPlan(quiet)
    private val book by lazy { NoticeBook(Device.shelf(context, "notices")) }

    /** Android keeps what the person changed of a channel; making it again changes nothing but its name. */
    fun makeChannels() {
        val emergency = channel(Channel.EMERGENCY.id, R.string.channel_emergency, R.string.channel_emergency_about, NotificationManager.IMPORTANCE_HIGH)
        // Works where the MDM (or the person) lets this app through "do not disturb".
        emergency.setBypassDnd(true)
        emergency.enableVibration(true)
        val alarm = AudioAttributes.Builder().setUsage(AudioAttributes.USAGE_ALARM).build()
        emergency.setSound(Settings.System.DEFAULT_ALARM_ALERT_URI, alarm)
        val messages = channel(Channel.MESSAGES.id, R.string.channel_messages, R.string.channel_messages_about, NotificationManager.IMPORTANCE_DEFAULT)
        val unsent = channel(Channel.UNSENT.id, R.string.channel_unsent, R.string.channel_unsent_about, NotificationManager.IMPORTANCE_LOW)
        val duty = channel(DUTY, R.string.channel_duty, R.string.channel_duty_about, NotificationManager.IMPORTANCE_LOW)
        listOf(emergency, messages, unsent, duty).forEach { it.lockscreenVisibility = Notification.VISIBILITY_PRIVATE }
        manager.createNotificationChannels(listOf(emergency, messages, unsent, duty))
    }

    fun isAllowed(): Boolean = manager.areNotificationsEnabled() &&
        (Build.VERSION.SDK_INT < 33 || context.checkSelfPermission(Manifest.permission.POST_NOTIFICATIONS) == PackageManager.PERMISSION_GRANTED)

    /** So many more came in the background; [tell] says it when it may. */
    fun came(channel: Channel, more: Long) = book.came(channel, more)

    /** Shows, stays silent or holds back, as the plan says. [count]: how many there are altogether; `null`: as many as came. */
    fun tell(channel: Channel, onDuty: Boolean, count: Long? = null): NotificationPlan.Answer {
        val entry = if (count == null) book.of(channel) else book.are(channel, count)
        val now = Device.clocks.nowMs()
        val answer = plan.decide(NotificationPlan.Ask(channel, entry.count, now, Device.offsetMin(now), onDuty, entry.shown, entry.atMs))
        if (answer.show && isAllowed()) {
            makeChannels()
            val (title, about) = texts(channel)
            manager.notify(channel.ordinal + 1, notice(channel.id, context.getString(title, entry.count), context.getString(about), answer.alert))
            book.shown(channel, now)
        }
        return answer
    }

    private fun texts(channel: Channel): Pair<Int, Int> = when (channel) {
        Channel.MESSAGES -> R.string.notice_messages to R.string.notice_open
        Channel.EMERGENCY -> R.string.notice_emergency to R.string.notice_open
        Channel.UNSENT -> R.string.notice_unsent to R.string.notice_unsent_about
    }

    fun clear(channel: Channel) {
        manager.cancel(channel.ordinal + 1)
        book.cleared(channel)
    }

    /** The lasting notification of the duty service: Android asks for one, and the person sees that the phone listens. */
    fun duty(online: Boolean): Notification {
        makeChannels()
        val text = if (online) R.string.notice_duty else R.string.notice_duty_offline
        return base(DUTY, context.getString(text), null).setOngoing(true).setShowWhen(false).setCategory(Notification.CATEGORY_SERVICE).build()
    }

    /** Before the first unlock after a restart nothing can be delivered: say so where something waits. */
    fun restarted() {
        if (!isAllowed()) return
        makeChannels()
        val text = context.getString(R.string.notice_restarted)
        manager.notify(RESTARTED_ID, base(Channel.UNSENT.id, text, context.getString(R.string.notice_restarted_about)).build())
    }

    fun clearRestarted() = manager.cancel(RESTARTED_ID)

    private fun notice(channel: String, title: String, about: String?, alert: Boolean): Notification =
        base(channel, title, about).setAutoCancel(true).setOnlyAlertOnce(!alert).setNumber(0).apply {
            if (channel == Channel.EMERGENCY.id) setCategory(Notification.CATEGORY_ALARM)
        }.build()

    private fun base(channel: String, title: String, about: String?): Notification.Builder {
        val open = context.packageManager.getLaunchIntentForPackage(context.packageName)
        return Notification.Builder(context, channel)
            .setSmallIcon(R.drawable.ic_notice)
            .setContentTitle(title)
            .setContentText(about)
            .setVisibility(Notification.VISIBILITY_PRIVATE)
            .setContentIntent(open?.let { PendingIntent.getActivity(context, 0, it, PendingIntent.FLAG_IMMUTABLE) })
    }

    private fun channel(id: String, name: Int, about: Int, importance: Int) =
        NotificationChannel(id, context.getString(name), importance).apply { description = context.getString(about) }

    companion object {
        const val DUTY = "duty"
        const val DUTY_ID = 10
        private const val RESTARTED_ID = 11
    }
}

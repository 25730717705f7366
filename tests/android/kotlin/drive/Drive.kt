// The background's real path on the JVM: the phone's own Kotlin (bindings and rules) over the library, against a real office.
// Arguments: the home of an enrolled phone with something to send, then its keys as purpose=hex.
package jp.ekitei.drive

import jp.ekitei.android.logic.Clocks
import jp.ekitei.android.logic.DutyPlan
import jp.ekitei.android.logic.FileShelf
import jp.ekitei.android.logic.KeepAlive
import jp.ekitei.android.logic.SweepPlan
import jp.ekitei.core.DeliveryCallback
import jp.ekitei.core.EkiteiBackground
import jp.ekitei.core.EkiteiException
import jp.ekitei.core.KeystoreCallback
import jp.ekitei.core.KeystoreException
import jp.ekitei.core.LiveEvent
import jp.ekitei.core.SyncReport
import jp.ekitei.core.Waiting
import jp.ekitei.core.coreVersion
import java.io.File
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.system.exitProcess

private const val NEVER_S = 120L
private var checks = 0

private fun check(truth: Boolean, what: () -> Any?) {
    if (!truth) throw AssertionError(what().toString())
    checks++
}

/** The phone's own keys, handed over as Android Keystore would; `null`: the screen is locked. */
private class Keys(private val keys: Map<String, ByteArray>?) : KeystoreCallback {
    val asked = mutableListOf<String>()

    override fun describe() = "test"

    override fun hmac(purpose: String): ByteArray {
        asked += purpose
        return (keys ?: throw KeystoreException.Unavailable("screen-lock")).getValue(purpose)
    }
}

private class Hearing : DeliveryCallback {
    val steps = mutableListOf<ULong>()
    private val events = LinkedBlockingQueue<LiveEvent>()

    override fun progressed(waiting: Waiting) {
        steps += waiting.items
    }

    override fun live(event: LiveEvent) {
        events += event
    }

    inline fun <reified T : LiveEvent> until(): T {
        while (true) {
            val event = next()
            if (event is T) return event
        }
    }

    fun next(): LiveEvent = events.poll(NEVER_S, TimeUnit.SECONDS) ?: throw AssertionError("nothing was heard")
}

private object Now : Clocks {
    override fun upMs() = System.nanoTime() / 1_000_000
    override fun nowMs() = System.currentTimeMillis()
}

private fun codeOf(work: () -> Unit): String? = try {
    work()
    null
} catch (fault: EkiteiException.Fault) {
    fault.code
}

fun main(args: Array<String>) {
    val home = File(args[0])
    val keys = args.drop(1).associate { pair ->
        val (purpose, hex) = pair.split('=')
        purpose to hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
    }
    val code = codeOf { EkiteiBackground.open(home.path, Keys(null)) }
    check(code == "keystore-unavailable") { "a locked key store: $code" }

    val store = Keys(keys)
    EkiteiBackground.open(home.path, store).use { core ->
        check(store.asked.isNotEmpty() && store.asked.none { it.startsWith("vault") }) { store.asked }
        deliver(core)
        listen(core, home)
    }
    println("ekitei ${coreVersion()}: $checks checks")
    // Threads of the core's runtime must not keep the JVM.
    exitProcess(0)
}

private fun deliver(core: EkiteiBackground) {
    val before = core.waiting()
    check(before.items > 0u && before.sinceMs != null) { before }
    val sweeps = SweepPlan()
    check(sweeps.nextMs(SweepPlan.State(before.items.toLong(), before.sinceMs), Now.nowMs(), 540) == 0L) { "must go at once" }
    val hearing = Hearing()
    val report: SyncReport = core.syncOnce(60_000u, hearing)
    check(report.drained && report.faultCode == null && !report.elsewhere) { report }
    check(report.sent >= before.items && report.waiting.items == 0uL) { report }
    check(hearing.steps.minOrNull() == 0uL) { hearing.steps }
    val next = sweeps.nextMs(SweepPlan.State(0, officeWakeMs = report.nextWakeMs), Now.nowMs(), 540)
    check(next > 0) { next }
}

/** As DutyService does it: what the plan says is done with the real live line. */
private fun listen(core: EkiteiBackground, home: File) {
    val shelf = FileShelf(File(home.parentFile, "keep-alive"))
    val plan = DutyPlan(Now, KeepAlive(Now, shelf), SweepPlan())
    val hearing = Hearing()
    val asked = plan.network(KeepAlive.Line.WIFI).filterIsInstance<DutyPlan.Do.Listen>().single()
    val live = core.live(asked.keepAliveMs.toULong(), hearing)
    hearing.until<LiveEvent.Connected>()
    check(plan.connected().any { it is DutyPlan.Do.WakeIn } && plan.isOnline) { "online" }
    live.setKeepAlive(600_000u)
    live.ping()
    val kept = hearing.until<LiveEvent.Kept>()
    plan.kept(kept.silentMs.toLong())
    check(shelf.read() == null) { "a short silence taught something: ${shelf.read()}" }
    live.closeLine()
    live.close()
}

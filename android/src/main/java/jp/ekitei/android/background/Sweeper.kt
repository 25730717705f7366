package jp.ekitei.android.background

import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.content.ComponentName
import android.content.Context
import android.net.NetworkCapabilities
import android.net.NetworkRequest
import jp.ekitei.android.logic.SweepPlan

/** Plans the next delivery by the system. Survives a restart of the phone. */
class Sweeper(private val context: Context) {
    private val scheduler = context.getSystemService(JobScheduler::class.java)

    fun plan(afterMs: Long) {
        val job = JobInfo.Builder(JOB_ID, ComponentName(context, SweepJob::class.java))
            .setRequiredNetwork(anyNetwork())
            .setMinimumLatency(afterMs)
            .setBackoffCriteria(SweepPlan.FIRST_RETRY_MS, JobInfo.BACKOFF_POLICY_EXPONENTIAL)
            .setPersisted(true)
            .build()
        scheduler.schedule(job)
    }

    /** The screens went: whatever they leave undone is delivered from here. */
    fun planAfterScreens() = plan(SweepPlan.AFTER_SCREENS_MS)

    fun cancel() = scheduler.cancel(JOB_ID)

    /**
     * Any network at all. `NETWORK_TYPE_ANY` would ask for one that the system has validated against its maker's servers, which a closed
     * network never is: the job would not run once.
     */
    private fun anyNetwork(): NetworkRequest =
        NetworkRequest.Builder().removeCapability(NetworkCapabilities.NET_CAPABILITY_NOT_VPN).build()

    companion object {
        const val JOB_ID = 1
    }
}

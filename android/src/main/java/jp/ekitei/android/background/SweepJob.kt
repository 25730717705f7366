package jp.ekitei.android.background

import android.app.job.JobParameters
import android.app.job.JobService
import jp.ekitei.android.logic.SweepPlan
import java.util.concurrent.Executors

/** The system found a moment with a network: deliver, then plan the next one. */
class SweepJob : JobService() {
    private val thread = Executors.newSingleThreadExecutor()

    override fun onStartJob(params: JobParameters): Boolean {
        thread.execute {
            Restart.over(this)
            Delivery.of(this).run(SweepPlan.RUN_MS)
            jobFinished(params, false)
        }
        return true
    }

    /** The network went or time is up: nothing is lost, the system comes again. */
    override fun onStopJob(params: JobParameters): Boolean {
        Delivery.of(this).stop()
        return true
    }

    override fun onDestroy() {
        thread.shutdown()
        super.onDestroy()
    }
}

package io.countercache.samples.springboot;

import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Runs the steps of a test in transactions that Spring demarcates by annotation. */
@Component
class Transactions {

    interface Work {
        void run() throws Exception;
    }

    @Transactional
    void required(Work work) throws Exception {
        work.run();
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    void requiresNew(Work work) throws Exception {
        work.run();
    }

    @Transactional(readOnly = true)
    void readOnly(Work work) throws Exception {
        work.run();
    }

    @Transactional(propagation = Propagation.SUPPORTS)
    void supports(Work work) throws Exception {
        work.run();
    }
}

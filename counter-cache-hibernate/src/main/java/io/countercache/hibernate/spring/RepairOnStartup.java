package io.countercache.hibernate.spring;

import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.repair.StartupRepair;
import io.countercache.hibernate.spring.CounterCacheProperties.OnStartup;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Verifies or repairs all counters once an application is ready: then seed data is there, whoever has loaded it. A factory that is
 * built later is done then. Ends before the application closes its factories.
 */
final class RepairOnStartup implements ApplicationListener<ApplicationEvent> {

    private final BuiltFactories factories;
    private final OnStartup what;
    private final ApplicationContext application;
    private final List<StartupRepair> begun = new CopyOnWriteArrayList<>();
    private volatile boolean isClosed;

    RepairOnStartup(BuiltFactories factories, OnStartup what, ApplicationContext application) {
        this.factories = factories;
        this.what = what;
        this.application = application;
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        if (event instanceof ApplicationReadyEvent ready
                && ready.getApplicationContext() == application // events of children are heard, too
                && what != OnStartup.OFF) {
            factories.each((name, factory) -> begin(factory));
        } else if (event instanceof ContextClosedEvent closed && closed.getApplicationContext() == application) {
            isClosed = true;
            begun.forEach(StartupRepair::close);
        }
    }

    private void begin(SessionFactoryImplementor factory) {
        Installation installed = Installation.in(factory);
        if (installed != null && !isClosed) {
            StartupRepair repair = new StartupRepair(
                    factory, installed.model(), installed.recount(), installed.activity(), what == OnStartup.REPAIR);
            begun.add(repair);
            repair.start();
        }
    }
}

package io.countercache.samples.start;

import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
class StartApplication {}

package io.countercache.samples.springboot;

// tag::dto[]
record PostSummary(String title, int commentsCount) {}
// end::dto[]

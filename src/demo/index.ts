export { demoData } from "./demo-data.ts";
export { type DemoOptions, writeDemo } from "./write-demo.ts";

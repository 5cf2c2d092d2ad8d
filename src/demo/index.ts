export { type DemoOptions, writeDemo } from "./write-demo.ts";

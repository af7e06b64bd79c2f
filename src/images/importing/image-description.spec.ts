import type { ImageConfig } from '../../harbor/harbor.types';
import { describeImage, type ImageDescription } from './image-description';

const CONFIG: ImageConfig = {
  createdAt: null,
  env: [],
  entryPoint: [],
  command: [],
  exposedPorts: [],
  labels: {},
};

const NVIDIA_PYTORCH = {
  env: [
    'PATH=/usr/local/cuda/bin:/usr/bin',
    'CUDA_VERSION=12.6.3.004',
    'NVIDIA_REQUIRE_CUDA=cuda>=9.0',
    'OPENMPI_VERSION=4.1.7',
    'PYVER=3.12',
    'PYTORCH_BUILD_VERSION=2.6.0a0+df5bbc0',
    'PYTORCH_VERSION=2.6.0a0+df5bbc0',
    'NVIDIA_PYTORCH_VERSION=24.12',
    'JUPYTER_PORT=8888',
    'TENSORBOARD_PORT=6006',
  ],
  entryPoint: ['/opt/nvidia/nvidia_entrypoint.sh'],
  exposedPorts: ['6006/tcp', '8888/tcp'],
};

describe('describeImage', () => {
  it.each<[string, Partial<ImageConfig>, Partial<ImageDescription>]>([
    [
      'nvidia-pytorch',
      NVIDIA_PYTORCH,
      {
        suggestedTaskType: 'pytorch',
        cudaVersion: '12.6.3.004',
        pythonVersion: '3.12',
        frameworks: [{ name: 'pytorch', version: '2.6.0a0+df5bbc0' }],
        exposedPorts: ['6006/tcp', '8888/tcp'],
      },
    ],
    [
      'pytorch',
      { env: ['PYTORCH_VERSION=2.5.1', 'NVIDIA_VISIBLE_DEVICES=all'], command: ['/bin/bash'] },
      {
        suggestedTaskType: 'pytorch',
        frameworks: [{ name: 'pytorch', version: '2.5.1' }],
        cudaVersion: null,
      },
    ],
    [
      'nvidia-tensorflow',
      { env: ['CUDA_VERSION=12.3.2.001', 'TENSORFLOW_VERSION=2.14.0', 'PYVER=3.10'] },
      {
        suggestedTaskType: 'tensorflow',
        frameworks: [{ name: 'tensorflow', version: '2.14.0' }],
        cudaVersion: '12.3.2.001',
      },
    ],
    [
      'scipy-notebook',
      {
        env: ['NB_USER=jovyan', 'NB_UID=1000'],
        entryPoint: ['tini', '-g', '--', 'start.sh'],
        command: ['start-notebook.py'],
      },
      { suggestedTaskType: 'jupyter' },
    ],
    [
      'jupyter-pytorch',
      { env: ['NB_USER=jovyan', 'PYTORCH_VERSION=2.5.1'], command: ['jupyter', 'lab'] },
      { suggestedTaskType: 'jupyter', frameworks: [{ name: 'pytorch', version: '2.5.1' }] },
    ],
    [
      'ray-ml',
      { env: ['CUDA_VERSION=12.1.1'], labels: { 'io.ray.ray-version': '2.40.0' } },
      {
        suggestedTaskType: 'kuberay',
        frameworks: [{ name: 'ray', version: '2.40.0' }],
        cudaVersion: '12.1.1',
      },
    ],
    ['rayproject/ray', {}, { suggestedTaskType: 'kuberay' }],
    ['x-ray-viewer', {}, { suggestedTaskType: null }],
    ['array-tools', {}, { suggestedTaskType: null }],
    [
      'deepspeed',
      { env: ['PYTORCH_VERSION=1.13.0', 'CUDA_VERSION=11.7.1'] },
      { suggestedTaskType: 'deepspeed', frameworks: [{ name: 'pytorch', version: '1.13.0' }] },
    ],
    [
      'code-server',
      {
        env: ['LANG=en_US.UTF-8'],
        entryPoint: ['/usr/bin/entrypoint.sh', '--bind-addr', '0.0.0.0:8080', '.'],
      },
      { suggestedTaskType: 'webide' },
    ],
    ['ide', { entryPoint: ['/app/code-server/bin/code-server'] }, { suggestedTaskType: 'webide' }],
    [
      'python',
      { env: ['PYTHON_VERSION=3.12.8'], command: ['python3'] },
      { suggestedTaskType: null, pythonVersion: '3.12.8', frameworks: [] },
    ],
    [
      'cuda',
      { env: ['NVIDIA_REQUIRE_CUDA=cuda>=12.4 brand=tesla,driver>=470,driver<471'] },
      { cudaVersion: '12.4', suggestedTaskType: null },
    ],
    [
      'cuda',
      { env: ['CUDA_VERSION=$(cat /etc/passwd)', 'PYTORCH_VERSION='] },
      { cudaVersion: null, frameworks: [] },
    ],
  ])('reads %s', (name, config, expected) => {
    expect(describeImage({ annotations: {} }, { ...CONFIG, ...config }, name)).toMatchObject(expected);
  });

  it('joins labels and annotations, the annotation going first, and repeats no variable', () => {
    const config = { ...CONFIG, env: ['HF_TOKEN=hf_secret'], labels: { a: 'label', b: 'label' } };
    const described = describeImage({ annotations: { a: 'annotation' } }, config, 'app');
    expect(described.annotations).toEqual({ a: 'annotation', b: 'label' });
    expect(JSON.stringify(described)).not.toContain('hf_secret');
  });

  it('keeps within bounds what anybody may write into an image', () => {
    const labels = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`k${at}`, '\u0001'.repeat(10_000)]),
    );
    const many = Array.from({ length: 500 }, () => '\u0001'.repeat(10_000));
    const described = describeImage(
      { annotations: { ['k'.repeat(1000)]: 'v' } },
      { ...CONFIG, labels, entryPoint: many, command: many, exposedPorts: many },
      'app',
    );
    expect(Buffer.byteLength(JSON.stringify(described))).toBeLessThan(64 * 1024);
    expect(Object.keys(described.annotations)).toHaveLength(16);
  });

  it('says little of what has no config', () => {
    expect(describeImage({ annotations: {} }, null, 'charts/app')).toMatchObject({
      builtAt: null,
      suggestedTaskType: null,
      frameworks: [],
    });
  });
});
